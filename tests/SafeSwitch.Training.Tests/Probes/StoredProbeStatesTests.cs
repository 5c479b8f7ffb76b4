using SafeSwitch.Backends;
using SafeSwitch.Policies;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Tests.Probes;

public sealed class StoredProbeStatesTests : IDisposable
{
    private const int Width = 2;
    private readonly string folder = Directory.CreateTempSubdirectory("stored-states-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Each_stage_sees_its_rows_labels_and_states()
    {
        var description = new CollectionDescription { Model = "m", Fingerprint = "f", Width = Width, Layers = ["hidden_states.4", "hidden_states"] };
        description.Claim(folder);
        var writer = new ShardWriter(description);
        // Two content positions, the last one, and four pilot tokens, numbered by layer; then a refusal of five tokens.
        writer.Add(Pending(description, "answered", r => r with { Positions = 2, PilotTokens = 4, Answer = "Sure.", Complied = true }));
        writer.Add(Pending(description, "refused", r => r with { Positions = 1, Refusal = new RefusalTarget("k", "I won't."), RefusalTokens = 5 }, 7, 8, 9, 10, 11));
        writer.Write(folder, "1-of-1-00000");
        using var store = StateStore.Open(folder);

        var prompts = new StoredProbeStates(store, MonitorStage.Prompt);
        Assert.Equal(["answered", "refused"], prompts.Rows.Select(r => r.Id));
        Assert.All(prompts.Rows, r => Assert.True(r.Positive));
        Assert.Equal(store.Layers, prompts.Layers);
        Assert.Equal(2 * Width, prompts.Positions(0, "hidden_states.4").Length);
        Assert.Equal((Half)2, prompts.Last(0, "hidden_states.4")[0]);

        var answers = new StoredProbeStates(store, MonitorStage.Response, pilotTokens: 3);
        Assert.Equal([("answered", true, "set"), ("refused", false, "refusals")], answers.Rows.Select(r => (r.Id, r.Positive, r.Set)));
        Assert.Equal(["hidden_states"], answers.Layers);
        Assert.Equal([(Half)3, (Half)4, (Half)5], First(answers.Positions(0, "hidden_states")));
        // The first refusal state belongs to the prompt's last position, not to an answer token.
        Assert.Equal([(Half)101, (Half)102, (Half)103], First(answers.Positions(1, "hidden_states")));
        Assert.Equal((Half)103, answers.Last(1, "hidden_states")[0]);
    }

    private static PendingRow Pending(CollectionDescription description, string id, Func<CollectedRow, CollectedRow> describe, params int[] refusal)
    {
        var data = new DataRow { Id = id, Set = "set", Messages = [PromptMessage.User(id)], Harmful = true, Source = "s", Split = "train" };
        var row = new PendingRow(new EncodedRow(new CollectionRequest(data), new EncodedPrompt(new int[9], new float[9]), refusal), description.Layers, Width);
        row.Result = describe(row.Result);
        foreach (var layer in description.Layers)
            Numbered(0, row.Append(layer, row.Result.Positions + 1 + row.Result.PilotTokens));
        Numbered(100, row.AppendRefusal());
        return row;
    }

    private static void Numbered(int first, Span<Half> states)
    {
        for (var i = 0; i < states.Length; i++)
            states[i] = (Half)(first + i / Width);
    }

    private static Half[] First(ReadOnlySpan<Half> states) => [.. states.ToArray().Where((_, i) => i % Width == 0)];
}
