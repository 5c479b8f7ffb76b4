using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Text.Json;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.States;

/// <summary>Element types that shards use, by their names in the safetensors format.</summary>
internal enum SafeTensorType
{
    F16,
    F32,
    I32,
}

/// <summary>A safetensors file, mapped into memory.</summary>
internal sealed unsafe class MappedTensors : IDisposable
{
    private const int LongestHeader = 100 << 20;

    private readonly string path;
    private readonly MemoryMappedFile file;
    private readonly MemoryMappedViewAccessor view;
    private readonly Dictionary<string, Entry> entries = new(StringComparer.Ordinal);
    private byte* data;

    private MappedTensors(string path)
    {
        this.path = path;
        file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, capacity: 0, MemoryMappedFileAccess.Read);
        view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
    }

    public static MappedTensors Open(string path)
    {
        var length = File.Exists(path) ? new FileInfo(path).Length : throw new DataException($"'{path}': no such file, expected a shard's tensors.");
        if (length < sizeof(long))
            throw new DataException($"'{path}': {length} bytes, expected a safetensors file.");
        var tensors = new MappedTensors(path);
        try
        {
            tensors.ReadHeader(length);
            return tensors;
        }
        catch
        {
            tensors.Dispose();
            throw;
        }
    }

    /// <summary>Checks that a tensor is there, has at least that many rows, and what else it must be.</summary>
    public void Require(string name, SafeTensorType type, long leastRows, params ReadOnlySpan<long> rowShape)
    {
        var expected = $"{type}[{string.Join(", ", [$"{leastRows} or more", .. rowShape.ToArray().Select(d => $"{d}")])}]";
        if (!entries.TryGetValue(name, out var entry))
            throw new DataException($"'{path}': no tensor '{name}', expected {expected}.");
        if (entry.Type != type.ToString() || entry.Shape.Length == 0 || entry.Shape[0] < leastRows || !rowShape.SequenceEqual(entry.Shape.AsSpan(1)))
            throw new DataException($"'{path}': tensor '{name}' is {entry.Type}[{string.Join(", ", entry.Shape)}], expected {expected}.");
        var bytes = entry.Shape.Aggregate((Int128)(type == SafeTensorType.F16 ? 2 : 4), (product, d) => product * d);
        if (entry.Length != bytes)
            throw new DataException($"'{path}': tensor '{name}' has {entry.Length} bytes, expected {bytes}.");
    }

    public ReadOnlySpan<byte> Bytes(string name, long offset, int length)
    {
        ObjectDisposedException.ThrowIf(data is null, this);
        if (!entries.TryGetValue(name, out var entry))
            throw new ArgumentException($"'{path}' has no tensor '{name}': it holds {string.Join(", ", entries.Keys)}.", nameof(name));
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, entry.Length, nameof(length));
        return new ReadOnlySpan<byte>(data + entry.Start + offset, length);
    }

    public void Dispose()
    {
        if (data is not null)
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        data = null;
        view.Dispose();
        file.Dispose();
    }

    private void ReadHeader(long fileLength)
    {
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref data);
        var headerLength = BinaryPrimitives.ReadInt64LittleEndian(new ReadOnlySpan<byte>(data, sizeof(long)));
        if (headerLength is < 2 or > LongestHeader || headerLength > fileLength - sizeof(long))
            throw new DataException($"'{path}': a header of {headerLength} bytes in a file of {fileLength}; it is cut short or isn't a safetensors file.");

        var start = sizeof(long) + headerLength;
        try
        {
            using var header = JsonDocument.Parse(new ReadOnlySpan<byte>(data + sizeof(long), (int)headerLength).ToArray());
            foreach (var tensor in header.RootElement.EnumerateObject().Where(t => t.Name != "__metadata__"))
            {
                var offsets = tensor.Value.GetProperty("data_offsets");
                var (from, to) = (offsets[0].GetInt64(), offsets[1].GetInt64());
                if (from < 0 || to < from || to > fileLength - start)
                    throw new DataException($"'{path}': tensor '{tensor.Name}' takes bytes {from} to {to} of {fileLength - start}; the file is cut short or malformed.");
                entries.Add(tensor.Name, new Entry(
                    tensor.Value.GetProperty("dtype").GetString()!,
                    [.. tensor.Value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64())],
                    start + from,
                    to - from));
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException or ArgumentException)
        {
            throw new DataException($"'{path}': the safetensors header is malformed: {e.Message}", e);
        }
    }

    private sealed record Entry(string Type, long[] Shape, long Start, long Length);
}
