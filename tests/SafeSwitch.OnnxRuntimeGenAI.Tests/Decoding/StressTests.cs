using SafeSwitch.Backends;
using SafeSwitch.Guard;
using SafeSwitch.OnnxRuntimeGenAI.Interop;
using SafeSwitch.Policies;

namespace SafeSwitch.OnnxRuntimeGenAI.Tests.Decoding;

/// <summary>Many requests at once, some given up: no native object is left, and the others' answers are what they would be alone.</summary>
[Collection(nameof(AloneCollection))]
public sealed class StressTests(ITestOutputHelper output)
{
    private const int Concurrency = 8;
    private const long Slack = 48L << 20;

    /// <summary>On a tiny decoder always; on a bundle of one's own if <c>SAFESWITCH_STRESS_BUNDLE</c> names one.</summary>
    [Fact]
    public async Task Concurrent_requests_and_random_cancels_leave_nothing()
    {
        var genAI = Models.GenAI;
        var before = NativeHandle.Alive;
        using var files = new InstrumentedModel("llama", "int4");
        var configured = Environment.GetEnvironmentVariable("SAFESWITCH_STRESS_BUNDLE");
        var folder = string.IsNullOrEmpty(configured) ? files.Folder : configured;
        await using (var model = GuardedModel.Load(folder, genAI))
        {
            var expected = await Ask(model, "Tell me about the sea.", ending: null);
            await Run(model, 40, expected, seed: 1);
            var warm = Environment.WorkingSet;
            var cancelled = await Run(model, 200, expected, seed: 2);
            var grown = Environment.WorkingSet - warm;

            output.WriteLine($"200 requests, {Concurrency} at once, {cancelled} cancelled: {warm >> 20} MiB after warm-up, {grown >> 10} KiB more at the end");
            Assert.True(grown < Slack, $"the process grew by {grown >> 20} MiB");
            Assert.InRange(cancelled, 1, 199);
        }

        Assert.Equal(before, NativeHandle.Alive);
    }

    private static async Task<int> Run(GuardedModel model, int count, GenerationResult expected, int seed)
    {
        var cancelled = 0;
        var random = new Random(seed);
        var endings = Enumerable.Range(0, count).Select(_ => random.Next(3) == 0 ? Ending.Choose(random) : null).ToArray();
        await Parallel.ForEachAsync(endings, new ParallelOptions { MaxDegreeOfParallelism = Concurrency }, async (ending, _) =>
        {
            try
            {
                var result = await Task.Run(() => Ask(model, "Tell me about the sea.", ending), CancellationToken.None);
                Assert.Equal(expected.Tokens, result.Tokens);
                Assert.Equal(expected.Verdict!.Action, result.Verdict!.Action);
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref cancelled);
            }
        });
        return cancelled;
    }

    private static async Task<GenerationResult> Ask(GuardedModel model, string text, Ending? ending)
    {
        using var cancellation = new CancellationTokenSource();
        if (ending?.Updates == 0)
            ending.Cancel(cancellation);
        GenerationResult? result = null;
        var updates = 0;
        await foreach (var update in model.StreamAsync(Request(text), cancellation.Token))
        {
            result = update.Result;
            if (ending?.Updates == ++updates)
                ending.Cancel(cancellation);
        }

        return result!;
    }

    private static GenerationRequest Request(string text) => new()
    {
        Messages = [PromptMessage.User(text)],
        MaxNewTokens = 48,
        Policy = new SafetyPolicy { PromptThreshold = 0, ResponseThreshold = 0, AdapterTokens = 6 },
    };

    /// <summary>
    /// When a caller gives up: after some of the answer, at once or a little later, when the next run is under way. Those that give
    /// up at once do so on a machine of any speed.
    /// </summary>
    private sealed record Ending(int Updates, int Milliseconds)
    {
        public static Ending Choose(Random random) => new(random.Next(4), random.Next(2) == 0 ? 0 : random.Next(1, 30));

        public void Cancel(CancellationTokenSource cancellation)
        {
            if (Milliseconds == 0)
                cancellation.Cancel();
            else
                cancellation.CancelAfter(Milliseconds);
        }
    }
}
