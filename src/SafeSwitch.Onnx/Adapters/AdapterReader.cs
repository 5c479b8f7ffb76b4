using System.Buffers.Binary;
using System.Text;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Onnx.Adapters;

/// <summary>
/// Follows the offsets of an adapter's FlatBuffer. Every one is checked against the buffer, because the file may come from anywhere.
/// </summary>
internal sealed class AdapterReader
{
    private const int MostDims = 8;

    private readonly byte[] _bytes;

    private AdapterReader(byte[] bytes) => _bytes = bytes;

    public static AdapterFile Read(string path, byte[] bytes, string identifier, int formatVersion)
    {
        if (bytes.Length < 8 || !bytes.AsSpan(4, 4).SequenceEqual(Encoding.ASCII.GetBytes(identifier)))
            throw new GraphException(path, $"not an adapter ({bytes.Length:N0} bytes without the identifier {identifier}).");
        try
        {
            var reader = new AdapterReader(bytes);
            var root = reader.Follow(0);
            var version = reader.Int(root, 0);
            if (version != formatVersion)
                throw new GraphException(path, $"adapter format {version}; expected {formatVersion}.");
            return new AdapterFile
            {
                AdapterVersion = reader.Int(root, 1),
                ModelVersion = reader.Int(root, 2),
                Tensors = [.. reader.Tables(root, 3).Select(reader.Tensor)],
            };
        }
        catch (ArgumentException exception)
        {
            throw new GraphException(path, "the adapter is cut short or malformed.", exception);
        }
    }

    private AdapterTensor Tensor(int table)
    {
        var (dims, count) = Vector(table, 1);
        var (data, length) = Vector(table, 3);
        var (name, nameLength) = Vector(table, 0);
        if (count > MostDims)
            throw new ArgumentOutOfRangeException(nameof(table));
        var shape = new long[count];
        for (var i = 0; i < count; i++)
            shape[i] = BinaryPrimitives.ReadInt64LittleEndian(_bytes.AsSpan(dims + 8 * i, 8));
        return new AdapterTensor(
            Encoding.UTF8.GetString(_bytes.AsSpan(name, nameLength)), shape, (ElementType)Int(table, 2), _bytes.AsMemory(data, length));
    }

    private int Int(int table, int field) => Slot(table, field) is var at and > 0 ? ReadInt(at) : 0;

    private IEnumerable<int> Tables(int table, int field)
    {
        var (start, count) = Vector(table, field);
        for (var i = 0; i < count; i++)
            yield return Follow(start + 4 * i);
    }

    private (int Start, int Count) Vector(int table, int field)
    {
        if (Slot(table, field) is not (> 0 and var at))
            return (0, 0);
        var vector = Follow(at);
        var count = ReadInt(vector);
        return count >= 0 && count <= _bytes.Length - vector - 4 ? (vector + 4, count) : throw new ArgumentOutOfRangeException(nameof(field));
    }

    private int Slot(int table, int field)
    {
        var vtable = table - ReadInt(table);
        var length = BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(vtable, 2));
        var entry = 4 + 2 * field;
        var offset = entry + 2 <= length ? BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(vtable + entry, 2)) : 0;
        return offset == 0 ? 0 : table + offset;
    }

    private int Follow(int at) => at + ReadInt(at);

    private int ReadInt(int at) => BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(at, 4));
}
