using SafeSwitch.Backends;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Benchmarks;

/// <summary>A folder of made-up states as the collector writes them: noise, and a weak direction that tells the classes apart.</summary>
internal static class SyntheticStore
{
    public const string Layer = "hidden_states";
    private const int RowsPerShard = 256;
    private const int Signal = 64;

    /// <summary>Rows with states of content positions.</summary>
    public static void WritePrompts(string folder, int rows, int width, int positions) => Write(folder, rows, width, (row, noise) =>
    {
        var pending = Pending(row, width, []);
        pending.Result = pending.Result with { Positions = positions };
        Fill(pending.Append(Layer, positions + 1), width, row % 2 == 0, noise);
        return pending;
    });

    /// <summary>Rows with a refusal, <paramref name="length"/> tokens each.</summary>
    public static void WriteRefusals(string folder, int tokens, int length, int width, int vocabulary)
    {
        var random = new Random(3);
        Write(folder, tokens / length, width, (row, noise) =>
        {
            var pending = Pending(row, width, [.. Enumerable.Range(0, length).Select(_ => random.Next(vocabulary))]);
            pending.Result = pending.Result with { Refusal = new RefusalTarget($"kind {row % 12}", "made up"), RefusalTokens = length };
            Fill(pending.Append(Layer, 1), width, positive: true, noise);
            Fill(pending.AppendRefusal(), width, positive: true, noise);
            return pending;
        });
    }

    private static void Write(string folder, int rows, int width, Func<int, Noise, PendingRow> row)
    {
        var description = new CollectionDescription { Model = "made up", Fingerprint = "made up", Width = width, Layers = [Layer] };
        description.Claim(folder);
        var writer = new ShardWriter(description);
        var noise = new Noise();
        for (var i = 0; i < rows; i++)
        {
            writer.Add(row(i, noise));
            if (writer.Rows == RowsPerShard || i == rows - 1)
                writer.Write(folder, $"1-of-1-{i / RowsPerShard:D5}");
        }
    }

    private static PendingRow Pending(int row, int width, int[] refusal)
    {
        var data = new DataRow
        {
            Id = $"{row}", Set = "made-up", Source = $"source {row % 8}", Messages = [PromptMessage.User($"request {row}")],
            Harmful = row % 2 == 0, Split = row % 10 == 1 || row % 10 == 4 ? "validation" : "train",
        };
        return new PendingRow(new EncodedRow(new CollectionRequest(data), new EncodedPrompt(new int[2], new float[2]), refusal), [Layer], width);
    }

    private static void Fill(Span<Half> states, int width, bool positive, Noise noise)
    {
        for (var at = 0; at < states.Length; at += width)
        {
            var state = states.Slice(at, width);
            noise.Copy(state);
            for (var i = 0; i < Math.Min(Signal, width); i++)
                state[i] += (Half)(positive ? 0.1f : -0.1f);
        }
    }
}
