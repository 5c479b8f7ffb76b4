using System.Buffers.Binary;
using System.IO.Compression;

namespace SafeSwitch.Reliability.Edits;

/// <summary>Edits of what stands inside a container, which is closed around them again.</summary>
internal static class ContainerEdits
{
    /// <summary>A safetensors file: its header is JSON, and says where the numbers are.</summary>
    public static Edit SafeTensors(byte[] file, Random random)
    {
        if (random.Next(4) == 0 || file.Length < 8 || BinaryPrimitives.ReadUInt64LittleEndian(file) is var length && length > (ulong)(file.Length - 8))
            return ByteEdits.Any(file, random);
        var data = 8 + (int)length;
        var header = JsonEdits.Any(file[8..data], random);
        Span<byte> start = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(start, header.Bytes.Length);
        return new Edit([.. start, .. header.Bytes, .. file[data..]], $"header: {header.What}");
    }

    /// <summary>A zip, as PyTorch saves tensors: one of its files edited, gone or under another name.</summary>
    public static Edit Zip(byte[] file, Random random)
    {
        if (random.Next(4) == 0)
            return ByteEdits.Any(file, random);
        List<(string Name, byte[] Bytes)> entries;
        try
        {
            entries = Read(file);
        }
        catch (InvalidDataException)
        {
            return ByteEdits.Any(file, random);
        }

        if (entries.Count == 0)
            return ByteEdits.Any(file, random);
        var at = random.Next(2) == 0 ? Math.Max(0, entries.FindIndex(e => e.Name.EndsWith("data.pkl", StringComparison.Ordinal))) : random.Next(entries.Count);
        var (name, bytes) = entries[at];
        string what;
        switch (random.Next(8))
        {
            case 0:
                entries.RemoveAt(at);
                what = "removed";
                break;
            case 1:
                entries.Add((name, bytes));
                what = "twice";
                break;
            case 2:
                entries[at] = (name + "x", bytes);
                what = "under another name";
                break;
            default:
                var edit = ByteEdits.Any(bytes, random);
                entries[at] = (name, edit.Bytes);
                what = edit.What;
                break;
        }

        return new Edit(Write(entries, random.Next(2) == 0 ? CompressionLevel.NoCompression : CompressionLevel.Fastest), $"{name}: {what}");
    }

    private static List<(string Name, byte[] Bytes)> Read(byte[] file)
    {
        using var archive = new ZipArchive(new MemoryStream(file));
        return [.. archive.Entries.Select(entry =>
        {
            using var stream = entry.Open();
            var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            return (entry.FullName, bytes.ToArray());
        })];
    }

    private static byte[] Write(List<(string Name, byte[] Bytes)> entries, CompressionLevel level)
    {
        var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in entries)
            {
                var entry = archive.CreateEntry(name, level);
                // The same case gives the same file on every day.
                entry.LastWriteTime = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
                using var stream = entry.Open();
                stream.Write(bytes);
            }
        }

        return file.ToArray();
    }
}
