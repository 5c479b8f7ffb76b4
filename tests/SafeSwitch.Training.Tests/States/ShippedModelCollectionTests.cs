using SafeSwitch.Backends;
using SafeSwitch.OnnxRuntime;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Tests.States;

/// <summary>Collection on the model that ships.</summary>
public class ShippedModelCollectionTests
{
    private const string Layer = "hidden_states.18";

    /// <summary>Of a state's length: what running a prompt in two pieces instead of one may change, and fp16 besides.</summary>
    private const float Tolerance = 1e-3f;

    [Fact]
    public async Task States_behind_a_reused_prefix_are_those_of_the_prompt_run_alone()
    {
        using var folder = new TemporaryFolder();
        await using var model = OnnxLanguageModel.Load(Fixtures.ShippedBundle(), options: new OnnxRuntimeOptions { IntraOpThreads = 1 });
        CollectionRequest[] requests =
        [
            Request("a", "How do I bake bread?"),
            Request("b", "How do I bake a cake?") with { WithAnswer = true },
            Request("c", "How do I bake bread without yeast?") with { Refusal = new RefusalTarget("kind", "I can't help with bread.") },
            Request("d", "What is the capital of France?"),
        ];
        var options = new CollectionOptions
        {
            Layers = [18],
            AnswerTokens = 6,
            PilotTokens = 3,
        };

        var reused = await Collect(options, "reused");
        var alone = await Collect(options with { ReusePrefixes = false }, "alone");

        Assert.True(reused.TokensRun < alone.TokensRun * 0.6, $"{reused.TokensRun} of {alone.TokensRun} tokens were run");
        using var one = StateStore.Open(folder.File("reused"));
        using var other = StateStore.Open(folder.File("alone"));
        for (var i = 0; i < requests.Length; i++)
        {
            AssertClose(other.Content(i, Layer), one.Content(i, Layer));
            AssertClose(other.Last(i, "hidden_states"), one.Last(i, "hidden_states"));
            AssertClose(other.Pilot(i, Layer), one.Pilot(i, Layer));
            AssertClose(other.RefusalStates(i), one.RefusalStates(i));
            Assert.Equal(other.Rows[i].Answer, one.Rows[i].Answer);
            Assert.Equal(other.RefusalTokens(i).ToArray(), one.RefusalTokens(i).ToArray());
        }

        Task<CollectionSummary> Collect(CollectionOptions chosen, string name) =>
            new StateCollector(model, "shipped", chosen).CollectAsync(requests, folder.File(name), cancellationToken: TestContext.Current.CancellationToken);
    }

    private static CollectionRequest Request(string id, string prompt) => new(new DataRow
    {
        Id = id,
        Set = "set",
        Messages = [PromptMessage.User(prompt)],
        Harmful = false,
        Source = "test",
        Split = DataSplits.Train,
    });

    private static void AssertClose(ReadOnlySpan<Half> expected, ReadOnlySpan<Half> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        double off = 0, length = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            off += Math.Pow((float)expected[i] - (float)actual[i], 2);
            length += Math.Pow((float)expected[i], 2);
        }

        Assert.True(Math.Sqrt(off) <= Tolerance * Math.Sqrt(length), $"off by {Math.Sqrt(off)} of {Math.Sqrt(length)}");
    }
}
