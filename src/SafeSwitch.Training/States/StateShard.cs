using System.Runtime.InteropServices;
using System.Text.Json;
using SafeSwitch.Onnx.Files;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.States;

/// <summary>A row and where its states are in its shard: content positions, last position, pilot tokens.</summary>
internal sealed record ShardRow
{
    public required CollectedRow Row { get; init; }

    public required int Offset { get; init; }

    public required int RefusalOffset { get; init; }
}

/// <summary>
/// One shard: <c>NAME.safetensors</c> with one fp16 tensor <c>[positions, width]</c> a layer, and <c>NAME.jsonl</c> with
/// its rows. The rows are written last: a shard without them was not finished and counts for nothing.
/// </summary>
internal sealed class StateShard : IDisposable
{
    public const string RowsExtension = ".jsonl";
    public const string StatesExtension = ".safetensors";
    public const string RefusalStatesTensor = "refusal.states";
    public const string RefusalTokensTensor = "refusal.tokens";

    private readonly MappedTensors tensors;
    private readonly int width;

    private StateShard(MappedTensors tensors, IReadOnlyList<ShardRow> rows, int width)
    {
        this.tensors = tensors;
        this.width = width;
        Rows = rows;
    }

    public IReadOnlyList<ShardRow> Rows { get; }

    public static StateShard Open(string rowsPath, CollectionDescription description)
    {
        var rows = ReadRows(rowsPath);
        var tensors = MappedTensors.Open(Path.ChangeExtension(rowsPath, StatesExtension));
        try
        {
            var positions = rows.Select(r => (long)r.Offset + r.Row.Positions + 1 + r.Row.PilotTokens).DefaultIfEmpty().Max();
            foreach (var layer in description.Layers)
                tensors.Require(layer, SafeTensorType.F16, positions, description.Width);
            var refusalTokens = rows.Select(r => (long)r.RefusalOffset + r.Row.RefusalTokens).DefaultIfEmpty().Max();
            tensors.Require(RefusalStatesTensor, SafeTensorType.F16, refusalTokens, description.Width);
            tensors.Require(RefusalTokensTensor, SafeTensorType.I32, refusalTokens);
            return new StateShard(tensors, rows, description.Width);
        }
        catch
        {
            tensors.Dispose();
            throw;
        }
    }

    public static IReadOnlyList<ShardRow> ReadRows(string path)
    {
        var rows = new List<ShardRow>();
        foreach (var line in File.ReadLines(path))
        {
            try
            {
                rows.Add(JsonSerializer.Deserialize(line, CollectionJson.Of<ShardRow>())
                    ?? throw new DataException($"'{path}', line {rows.Count + 1}: found null, expected a collected row."));
                if (rows[^1] is not { Offset: >= 0, RefusalOffset: >= 0, Row: { Positions: >= 0, PilotTokens: >= 0, RefusalTokens: >= 0 } })
                    throw new DataException($"'{path}', line {rows.Count}: a place or a count below 0; the line is damaged.");
                if (rows[^1].Row.Data is var data && (data.Messages.Count == 0 || data.Messages.Contains(null!) || data.Groups?.Values.Contains(null!) == true))
                    throw new DataException($"'{path}', line {rows.Count}: no message, or null in a list; the line is damaged.");
            }
            catch (JsonException e)
            {
                throw new DataException($"'{path}', line {rows.Count + 1}: {e.Message}", e);
            }
        }

        return rows;
    }

    public static void WriteRows(string path, IEnumerable<ShardRow> rows) => AtomicFile.WriteAt(path, temporary =>
        File.WriteAllLines(temporary, rows.Select(r => JsonSerializer.Serialize(r, CollectionJson.Of<ShardRow>()))));

    public ReadOnlySpan<Half> States(string layer, int offset, int positions) => Rows2D(layer, offset, positions);

    public ReadOnlySpan<Half> RefusalStates(int offset, int tokens) => Rows2D(RefusalStatesTensor, offset, tokens);

    public ReadOnlySpan<int> RefusalTokens(int offset, int tokens) =>
        MemoryMarshal.Cast<byte, int>(tensors.Bytes(RefusalTokensTensor, (long)offset * sizeof(int), tokens * sizeof(int)));

    public void Dispose() => tensors.Dispose();

    private ReadOnlySpan<Half> Rows2D(string tensor, int offset, int rows)
    {
        var size = width * sizeof(ushort);
        return MemoryMarshal.Cast<byte, Half>(tensors.Bytes(tensor, (long)offset * size, rows * size));
    }
}
