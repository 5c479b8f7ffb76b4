using System.Numerics.Tensors;
using SafeSwitch.Backends;
using SafeSwitch.OnnxRuntime.Scheduling;
using SafeSwitch.OnnxRuntime.Tests.Support;

namespace SafeSwitch.OnnxRuntime.Tests.Scheduling;

/// <summary>Sequences that share the machine give what each gives alone, whatever comes and goes beside them.</summary>
public sealed class SharedMachineTests(SmallDecoder decoder)
{
    private const int Capacity = 100;

    private static readonly float Tolerance = TestProvider.Tolerance(1e-4f, others: 1e-3f);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 3, 512)]
    [InlineData(2, 8, 7)]
    [InlineData(3, 16, 2)]
    public async Task Whatever_runs_beside_it_a_sequence_gives_what_it_gives_alone(int seed, int rows, int promptTokens)
    {
        await using var shared = decoder.Load(o => (o.MaxBatchRows, o.MaxPromptTokensPerStep) = (rows, promptTokens));
        await using var alone = decoder.Load(o => o.MaxBatchRows = 1);
        var histories = Enumerable.Range(0, 24).Select(i => History.Random((seed * 1000) + i)).ToArray();
        var expected = new List<Outcome>();
        foreach (var history in histories)
            expected.Add(await history.RunAsync(alone, waits: false));

        // Some are cancelled half-way, and must disturb nobody.
        using var source = new CancellationTokenSource();
        var given = histories.Select((h, i) => Task.Run(() => h.RunAsync(shared, waits: true, i % 6 == 5 ? source : null), Token)).ToArray();
        var found = await Task.WhenAll(given);

        foreach (var (i, outcome) in found.Index())
        {
            if (outcome.IsCancelled)
            {
                Assert.Equal(expected[i].Tokens.Take(outcome.Tokens.Count), outcome.Tokens);
                continue;
            }

            Assert.Equal(expected[i].Tokens, outcome.Tokens);
            Near(expected[i].Logits, outcome.Logits);
            Near(expected[i].PromptStates, outcome.PromptStates);
            Near(expected[i].LastState, outcome.LastState);
        }

        Assert.True(shared.Scheduler!.Batches > 0, "nothing ran as a batch");
        Assert.Equal((0, 0, 0), (shared.OpenCaches, shared.Scheduler.Waiting, alone.OpenCaches));
    }

    [Fact]
    public async Task Rows_with_the_adapter_and_rows_without_it_are_one_batch()
    {
        await using var model = decoder.Load(o => o.MaxBatchRows = 4);
        await using var alone = decoder.Load(o => o.MaxBatchRows = 1);
        var prompts = Enumerable.Range(0, 4).Select(i => SmallDecoder.Prompt(i, 6 + i)).ToArray();
        var sessions = new List<DecodingSession>();
        foreach (var (i, prompt) in prompts.Index())
        {
            var session = await model.OpenAsync(20, "hidden_states");
            session.SetAdapter(i % 2 == 1 ? "refusal" : null);
            await session.PrefillAsync(prompt, Token);
            sessions.Add(session);
        }

        var runs = AtOnce(model, sessions.Select(s => (Func<Task>)(() => s.DecodeAsync(7, Token).AsTask())));
        foreach (var run in runs)
            await run;

        Assert.Equal(1, model.Scheduler!.Batches);
        foreach (var (i, session) in sessions.Index())
        {
            await using var reference = await alone.OpenAsync(20);
            reference.SetAdapter(i % 2 == 1 ? "refusal" : null);
            await reference.PrefillAsync(prompts[i], Token);
            await reference.DecodeAsync(7, Token);
            Near(reference.Logits.ToArray(), session.Logits.ToArray());
            await session.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_row_that_is_cancelled_or_disposed_in_line_leaves_the_others_alone()
    {
        await using var model = decoder.Load(o => o.MaxBatchRows = 4);
        var sessions = new List<DecodingSession>();
        for (var i = 0; i < 4; i++)
        {
            var session = await model.OpenAsync(20);
            await session.PrefillAsync(SmallDecoder.Prompt(i, 9), Token);
            sessions.Add(session);
        }

        using var source = new CancellationTokenSource();
        ValueTask disposal = default;
        var runs = AtOnce(
            model,
            sessions.Select((s, i) => (Func<Task>)(() => s.DecodeAsync(7, i == 1 ? source.Token : Token).AsTask())),
            () =>
            {
                source.Cancel();
                disposal = sessions[2].DisposeAsync();
            });

        await runs[0];
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => runs[1]);
        Assert.Equal(source.Token, cancelled.CancellationToken);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => runs[2]);
        await disposal;
        await runs[3];
        Assert.Equal((10, 9, 10), (sessions[0].Length, sessions[1].Length, sessions[3].Length));
        await sessions[1].DecodeAsync(7, Token);
        foreach (var (i, session) in sessions.Index().Where(s => s.Index != 2))
        {
            await using var reference = await model.OpenAsync(20);
            await reference.PrefillAsync(SmallDecoder.Prompt(i, 9), Token);
            await reference.DecodeAsync(7, Token);
            Near(reference.Logits.ToArray(), session.Logits.ToArray());
            await session.DisposeAsync();
        }

        Assert.Equal(0, model.OpenCaches);
    }

    [Fact]
    public async Task A_step_that_fails_fails_its_rows_and_the_next_request_is_served()
    {
        await using var model = decoder.Load(o => o.MaxBatchRows = 4);
        await using var good = await model.OpenAsync(20);
        await good.PrefillAsync(SmallDecoder.Prompt(1, 9), Token);
        // No session lets such a token through, but the runner does, and the graph fails over it.
        model.Decoder.Acquire();
        using var bad = new ScheduledSequence(model.Scheduler!, model.Decoder, new DecodingOptions { Capacity = 20 });
        await bad.RunAsync(SmallDecoder.Prompt(2, 4), 0, Token);

        var runs = AtOnce(model, [() => good.DecodeAsync(7, Token).AsTask(), () => bad.RunAsync(new[] { 1_000_000 }, 4, Token).AsTask()]);
        await Assert.ThrowsAsync<SafeSwitchException>(() => runs[0]);
        await Assert.ThrowsAsync<SafeSwitchException>(() => runs[1]);

        Assert.Equal(9, good.Length);
        await good.DecodeAsync(7, Token);
        await using var reference = await model.OpenAsync(20);
        await reference.PrefillAsync(SmallDecoder.Prompt(1, 9), Token);
        await reference.DecodeAsync(7, Token);
        Near(reference.Logits.ToArray(), good.Logits.ToArray());
    }

    [Fact]
    public async Task A_sequence_alone_runs_on_its_caller_s_thread()
    {
        await using var model = decoder.Load(o => o.MaxBatchRows = 4);
        await using var other = await model.OpenAsync(20);
        await other.PrefillAsync(SmallDecoder.Prompt(1, 9), Token);
        await using var session = await model.OpenAsync(20);
        var prefill = session.PrefillAsync(SmallDecoder.Prompt(2, 9), Token);
        Assert.True(prefill.IsCompletedSuccessfully);
        var decoding = session.DecodeAsync(7, Token);
        Assert.True(decoding.IsCompletedSuccessfully);
        Assert.Equal(0, model.Scheduler!.Batches);
    }

    [Fact]
    public async Task A_graph_that_can_not_batch_says_why_and_runs_as_ever()
    {
        await using var growing = decoder.Load(sharesCache: false);
        Assert.Equal(1, growing.Info.MaxBatchRows);
        Assert.Contains("in place", growing.Info.WhyNoBatch, StringComparison.Ordinal);
        Assert.Null(growing.Scheduler);
        await using var shared = decoder.Load();
        Assert.Equal((16, (string?)null), (shared.Info.MaxBatchRows, shared.Info.WhyNoBatch));
    }

    /// <summary>Has runs asked for while nothing runs, so that they are in line together; then lets them go.</summary>
    private static List<Task> AtOnce(OnnxLanguageModel model, IEnumerable<Func<Task>> runs, Action? then = null)
    {
        var begun = new List<Task>();
        model.Scheduler!.Alone(() =>
        {
            begun.AddRange(runs.Select(run => run()));
            then?.Invoke();
        });
        return begun;
    }

    private static void Near(float[] expected, float[] found)
    {
        Assert.Equal(expected.Length, found.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - found[i]) <= Tolerance * Math.Max(1, Math.Abs(expected[i])), $"{i}: {expected[i]} and {found[i]}");
    }

    private sealed record Outcome(List<int> Tokens, float[] PromptStates, float[] LastState, float[] Logits, bool IsCancelled);

    /// <summary>What one request does: its prompt, some answer, perhaps back to the prompt with the adapter on, some more.</summary>
    private sealed record History(int Seed, int[] Prompt, int Before, bool Switches, int After)
    {
        public static History Random(int seed)
        {
            var random = new Random(seed);
            return new History(seed, SmallDecoder.Prompt(seed, random.Next(1, 60)), random.Next(1, 12), random.Next(3) == 0, random.Next(1, 20));
        }

        public async Task<Outcome> RunAsync(OnnxLanguageModel model, bool waits, CancellationTokenSource? cancels = null)
        {
            var random = new Random(Seed);
            var cancellation = cancels?.Token ?? Token;
            List<int> answer = [];
            float[] states = [], last = [], logits = [];
            try
            {
                await PauseAsync();
                await using var session = await model.OpenAsync(Capacity, "hidden_states.1", "hidden_states");
                await session.PrefillAsync(Prompt, cancellation);
                states = session.GetHiddenStates("hidden_states.1").Rows();
                await DecodeAsync(session, Before);
                if (Switches)
                {
                    await PauseAsync();
                    session.Rewind(Prompt.Length - 1);
                    session.SetAdapter("refusal");
                    await session.DecodeAsync(Prompt[^1], cancellation);
                }

                await DecodeAsync(session, After);
                if (cancels is not null)
                {
                    await cancels.CancelAsync();
                    await session.DecodeAsync(3, cancellation);
                }

                last = session.GetHiddenStates("hidden_states").Rows();
                logits = session.Logits.ToArray();
                return new Outcome(answer, states, last, logits, IsCancelled: false);
            }
            catch (OperationCanceledException e) when (cancels is not null && e.CancellationToken == cancels.Token)
            {
                return new Outcome(answer, states, last, logits, IsCancelled: true);
            }

            async Task DecodeAsync(DecodingSession session, int count)
            {
                for (var i = 0; i < count; i++)
                {
                    await PauseAsync();
                    var token = TensorPrimitives.IndexOfMax(session.Logits);
                    answer.Add(token);
                    await session.DecodeAsync(token, cancellation);
                }
            }

            // Others go on meanwhile: a monitor of the host's, a slow machine.
            async Task PauseAsync()
            {
                if (waits && random.Next(6) == 0)
                    await Task.Delay(random.Next(12), Token);
            }
        }
    }
}
