using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using SafeSwitch.Onnx.Files;

namespace SafeSwitch.Training.States;

/// <summary>Gathers rows in memory and writes them as one shard.</summary>
internal sealed class ShardWriter(CollectionDescription description)
{
    private readonly Dictionary<string, ArrayBufferWriter<Half>> states =
        description.Layers.ToDictionary(l => l, _ => new ArrayBufferWriter<Half>(), StringComparer.Ordinal);

    private readonly ArrayBufferWriter<Half> refusalStates = new();
    private readonly ArrayBufferWriter<int> refusalTokens = new();
    private readonly List<ShardRow> rows = [];
    private int positions;

    public int Rows => rows.Count;

    /// <summary>Bytes of states gathered.</summary>
    public long Bytes => sizeof(ushort) * (((long)positions * description.Layers.Count * description.Width) + refusalStates.WrittenCount);

    /// <summary>Adds a complete row.</summary>
    public void Add(PendingRow row)
    {
        var result = row.Result;
        rows.Add(new ShardRow { Row = result, Offset = positions, RefusalOffset = refusalTokens.WrittenCount });
        foreach (var (layer, gathered) in states)
            gathered.Write(row.States(layer));
        positions += result.Positions + 1 + result.PilotTokens;
        if (result.Refusal is null)
            return;
        refusalTokens.Write(row.Row.RefusalTokens.Span);
        refusalStates.Write(row.RefusalStates);
    }

    /// <summary>Writes the shard, tensors first, then the rows that make it count, and forgets it.</summary>
    public void Write(string folder, string name)
    {
        AtomicFile.WriteAt(Path.Combine(folder, name + StateShard.StatesExtension), WriteTensors);
        StateShard.WriteRows(Path.Combine(folder, name + StateShard.RowsExtension), rows);

        foreach (var layer in states.Values)
            layer.ResetWrittenCount();
        refusalStates.ResetWrittenCount();
        refusalTokens.ResetWrittenCount();
        rows.Clear();
        positions = 0;
    }

    private void WriteTensors(string path)
    {
        var header = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(header))
        {
            json.WriteStartObject();
            var offset = 0L;
            foreach (var layer in description.Layers)
                WriteEntry(json, layer, SafeTensorType.F16, [positions, description.Width], ref offset);
            WriteEntry(json, StateShard.RefusalStatesTensor, SafeTensorType.F16, [refusalTokens.WrittenCount, description.Width], ref offset);
            WriteEntry(json, StateShard.RefusalTokensTensor, SafeTensorType.I32, [refusalTokens.WrittenCount], ref offset);
            json.WriteEndObject();
        }

        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write);
        // The data starts on a multiple of 8, as the format recommends, so that it can be mapped.
        var padded = (header.WrittenCount + 7) / 8 * 8;
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, padded);
        stream.Write(length);
        stream.Write(header.WrittenSpan);
        for (var i = header.WrittenCount; i < padded; i++)
            stream.WriteByte((byte)' ');

        foreach (var layer in description.Layers)
            stream.Write(MemoryMarshal.AsBytes(states[layer].WrittenSpan));
        stream.Write(MemoryMarshal.AsBytes(refusalStates.WrittenSpan));
        stream.Write(MemoryMarshal.AsBytes(refusalTokens.WrittenSpan));
        stream.Flush(flushToDisk: true);
    }

    private static void WriteEntry(Utf8JsonWriter json, string name, SafeTensorType type, long[] shape, ref long offset)
    {
        var length = shape.Aggregate(type == SafeTensorType.F16 ? 2L : 4L, (product, d) => product * d);
        json.WriteStartObject(name);
        json.WriteString("dtype", type.ToString());
        json.WriteStartArray("shape");
        foreach (var dimension in shape)
            json.WriteNumberValue(dimension);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(offset);
        json.WriteNumberValue(offset + length);
        json.WriteEndArray();
        json.WriteEndObject();
        offset += length;
    }
}
