using System.Diagnostics.Metrics;
using System.Numerics.Tensors;
using SafeSwitch.Backends;
using SafeSwitch.OnnxRuntime.Decoding;
using SafeSwitch.OnnxRuntime.Tests.Support;

namespace SafeSwitch.OnnxRuntime.Tests.Scheduling;

/// <summary>What is kept of prompts changes nothing but the time that later ones take.</summary>
public sealed class PrefixTests(SmallDecoder decoder)
{
    private const string State = "hidden_states.1";

    private static readonly float Tolerance = TestProvider.Tolerance(1e-4f, others: 1e-3f);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_conversation_that_grows_gives_what_whole_prefills_give(int seed)
    {
        await using var model = decoder.Load(o => o.MaxPromptTokensPerStep = 40);
        await using var cold = decoder.Load(o => o.MaxBatchRows = 1);
        await Task.WhenAll(Enumerable.Range(0, 5).Select(client => Task.Run(
            async () =>
            {
                var random = new Random((seed * 100) + client);
                List<int> history = [.. SmallDecoder.Prompt(random.Next(), random.Next(10, 40))];
                for (var turn = 0; turn < 4; turn++)
                {
                    // Some turns are refused, by the adapter, from the end of the prompt on; some begin with another prompt's first half.
                    var refused = random.Next(3) == 0;
                    var count = random.Next(1, 8);
                    var found = await AnswerAsync(model, [.. history], count, refused, $"client {client}");
                    var expected = await AnswerAsync(cold, [.. history], count, refused, scope: null);
                    Assert.Equal(expected.Answer, found.Answer);
                    Near(expected.States, found.States);
                    Near(expected.Logits, found.Logits);
                    if (random.Next(5) == 0)
                        history.RemoveRange(history.Count / 2, history.Count - (history.Count / 2));
                    history.AddRange([.. found.Answer, .. SmallDecoder.Prompt(random.Next(), random.Next(1, 20))]);
                }
            },
            Token)));

        Assert.True(model.Scheduler!.Prefixes.SavedTokens > 100, "hardly anything was gone on from");
        Assert.Equal(0, model.OpenCaches);
    }

    /// <summary>Named after llama.cpp's issue 26207: a prompt cache that was computed under one adapter served requests under another.</summary>
    [Fact]
    public async Task A_cache_computed_with_the_adapter_on_is_the_one_computed_without_it()
    {
        await using var model = decoder.Load(o => o.MaxBatchRows = 4);
        var prompt = SmallDecoder.Prompt(11, 40);
        var caches = new List<byte[]>();
        var states = new List<float[]>();
        foreach (var adapter in new[] { "refusal", null })
        {
            await using var session = await model.OpenSessionAsync(new DecodingOptions { Capacity = 60, HiddenStates = model.Info.HiddenStates }, Token);
            session.SetAdapter(adapter);
            await session.PrefillAsync(prompt, Token);
            states.Add([.. model.Info.HiddenStates.SelectMany(n => session.GetHiddenStates(n).Rows())]);
            caches.Add(CacheOf(model, session, prompt.Length));
        }

        // No bit of what is kept depends on the adapter, in whatever order they come.
        Assert.Equal(caches[0], caches[1]);
        Assert.Equal(states[0], states[1]);
        foreach (var (first, second) in new[] { ("refusal", (string?)null), (null, "refusal") })
        {
            var scope = first ?? "none";
            await AnswerAsync(model, prompt, 5, refused: false, scope, first);
            var saved = model.Scheduler!.Prefixes.SavedTokens;
            var warm = await AnswerAsync(model, [.. prompt, 7, 8], 5, refused: false, scope, second);
            Assert.Equal(saved + prompt.Length, model.Scheduler.Prefixes.SavedTokens);
            var whole = await AnswerAsync(model, [.. prompt, 7, 8], 5, refused: false, scope: null, second);
            Assert.Equal(whole.Answer, warm.Answer);
            Near(whole.Logits, warm.Logits);
        }
    }

    [Fact]
    public async Task Nothing_is_shared_between_scopes_and_nothing_kept_without_one()
    {
        await using var model = decoder.Load();
        var prompt = SmallDecoder.Prompt(12, 40);
        await AnswerAsync(model, prompt, 3, refused: false, scope: null);
        Assert.Equal(0, model.Scheduler!.Prefixes.Count);
        await AnswerAsync(model, prompt, 3, refused: false, "mine");
        await AnswerAsync(model, prompt, 3, refused: false, "yours");
        await AnswerAsync(model, prompt, 3, refused: false, scope: null);
        Assert.Equal((2, 0L), (model.Scheduler.Prefixes.Count, model.Scheduler.Prefixes.SavedTokens));
        await AnswerAsync(model, prompt, 3, refused: false, "mine");
        Assert.Equal(38, model.Scheduler.Prefixes.SavedTokens);
    }

    [Fact]
    public async Task The_last_position_of_a_prompt_that_was_refused_is_run_again()
    {
        await using var model = decoder.Load();
        var prompt = SmallDecoder.Prompt(13, 40);
        await AnswerAsync(model, prompt, 3, refused: true, "mine");
        await AnswerAsync(model, [.. prompt, 5, 6, 7], 3, refused: false, "mine");
        Assert.Equal(39, model.Scheduler!.Prefixes.SavedTokens);
    }

    [Fact]
    public async Task A_prompt_kept_without_hidden_states_serves_nobody_who_reads_them()
    {
        await using var model = decoder.Load();
        var prompt = SmallDecoder.Prompt(14, 40);
        await using (var session = await model.OpenSessionAsync(new DecodingOptions { Capacity = 60, PrefixScope = "mine" }, Token))
            await session.PrefillAsync(prompt, Token);
        Assert.Equal(1, model.Scheduler!.Prefixes.Count);
        await AnswerAsync(model, prompt, 3, refused: false, "mine");
        Assert.Equal(0, model.Scheduler.Prefixes.SavedTokens);
    }

    [Fact]
    public async Task What_was_not_used_for_longest_gives_way_and_memory_stays_within_the_budget()
    {
        await using var any = decoder.Load();
        var budget = any.Scheduler!.Memory.BytesOf(1, 64) * 5;
        await using var model = decoder.Load(o => o.CacheBytes = budget);
        for (var i = 0; i < 8; i++)
        {
            await AnswerAsync(model, SmallDecoder.Prompt(i, 40), 3, refused: false, $"{i}");
            Assert.InRange(model.Scheduler!.Prefixes.Bytes + model.Scheduler.Memory.Bytes, 1, budget);
            // The first is asked for again and again.
            await AnswerAsync(model, SmallDecoder.Prompt(0, 40), 3, refused: false, "0");
        }

        var saved = model.Scheduler!.Prefixes.SavedTokens;
        await AnswerAsync(model, SmallDecoder.Prompt(1, 40), 3, refused: false, "1");
        Assert.Equal(saved, model.Scheduler.Prefixes.SavedTokens);
        Assert.Equal(8 * 38, saved);
    }

    [Fact]
    public async Task A_session_that_is_disposed_while_others_run_leaves_its_prompt()
    {
        await using var model = decoder.Load();
        var prompt = SmallDecoder.Prompt(15, 40);
        var session = await model.OpenSessionAsync(new DecodingOptions { Capacity = 60, HiddenStates = [State], PrefixScope = "mine" }, Token);
        await session.PrefillAsync(prompt, Token);
        var states = session.GetHiddenStates(State).Rows();

        // Whoever has the turn goes on only once the session is gone.
        using var isDisposed = new ManualResetEventSlim();
        using var hasTurn = new ManualResetEventSlim();
        var turn = Task.Run(
            () => model.Scheduler!.Alone(() =>
            {
                hasTurn.Set();
                isDisposed.Wait(Token);
            }),
            Token);
        hasTurn.Wait(Token);
        await session.DisposeAsync();
        Assert.Equal(0, model.Scheduler!.Prefixes.Count);
        isDisposed.Set();
        await turn;

        Assert.Equal(1, model.Scheduler.Prefixes.Count);
        Near(states, (await AnswerAsync(model, prompt, 3, refused: false, "mine")).States);
        Assert.Equal(38, model.Scheduler.Prefixes.SavedTokens);
        Assert.Equal(0, model.OpenCaches);
    }

    [Fact]
    public async Task A_prompt_that_can_not_be_kept_costs_no_request()
    {
        await using var model = decoder.Load();
        var prompt = SmallDecoder.Prompt(16, 40);
        AsyncLocal<bool> fails = new();
        var lost = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name is "safeswitch.prefix.bytes" or "safeswitch.prefix.lost")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, _, _, _) =>
        {
            if (!fails.Value)
                return;
            if (instrument.Name == "safeswitch.prefix.bytes")
                throw new InvalidOperationException("No more figures.");
            lost++;
        });
        listener.Start();

        fails.Value = true;
        var first = await AnswerAsync(model, prompt, 3, refused: false, "mine");
        fails.Value = false;
        var second = await AnswerAsync(model, prompt, 3, refused: false, "other");
        Assert.Equal(1, lost);
        Assert.Equal(first.Answer, second.Answer);
        Assert.Equal(0, model.OpenCaches);
    }

    private static async Task<(List<int> Answer, float[] States, float[] Logits)> AnswerAsync(
        OnnxLanguageModel model, int[] prompt, int count, bool refused, string? scope, string? adapter = null)
    {
        await using var session = await model.OpenSessionAsync(
            new DecodingOptions { Capacity = prompt.Length + count + 4, HiddenStates = [State], PrefixScope = scope }, Token);
        session.SetAdapter(adapter);
        await session.PrefillAsync(prompt, Token);
        var states = session.GetHiddenStates(State).Rows();
        var first = session.Logits.ToArray();
        if (refused)
        {
            // A pilot, then back.
            await session.DecodeAsync(TensorPrimitives.IndexOfMax(session.Logits), Token);
            session.Rewind(prompt.Length - 1);
            session.SetAdapter("refusal");
            await session.DecodeAsync(prompt[^1], Token);
        }

        return ([.. await session.GreedyAsync(count)], states, first);
    }

    private static byte[] CacheOf(OnnxLanguageModel model, DecodingSession session, int positions)
    {
        var layout = model.Decoder.Layout.Cache;
        using var block = new CacheBlock(layout, model.Decoder.CachePool.Memory, slots: 1, positions);
        session.Use<ICopyableSequence>(s => s.CopyCacheTo(block, 0, positions));
        unsafe
        {
            return new ReadOnlySpan<byte>((void*)block.PointerTo(0), checked((int)block.Bytes)).ToArray();
        }
    }

    private static void Near(float[] expected, float[] found)
    {
        Assert.Equal(expected.Length, found.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - found[i]) <= Tolerance * Math.Max(1, Math.Abs(expected[i])), $"{i}: {expected[i]} and {found[i]}");
    }
}
