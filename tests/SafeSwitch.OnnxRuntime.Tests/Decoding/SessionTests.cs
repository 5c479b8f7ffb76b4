using System.Numerics.Tensors;
using CsCheck;
using SafeSwitch.OnnxRuntime.Tests.Support;

namespace SafeSwitch.OnnxRuntime.Tests.Decoding;

public sealed class SessionTests(SmallDecoder decoder)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_prompt_in_pieces_gives_what_the_whole_gives(bool sharesCache)
    {
        await using var model = decoder.Load(sharesCache);
        await Gen.Select(Gen.Int[0, 1000], Gen.Int[2, 40], Gen.Int[1, 39]).SampleAsync(async (seed, length, cut) =>
        {
            var prompt = SmallDecoder.Prompt(seed, length);
            var first = Math.Min(cut, length - 1);
            await using var whole = await model.OpenAsync(length, "hidden_states.2");
            await using var pieces = await model.OpenAsync(length, "hidden_states.2");
            await whole.PrefillAsync(prompt, Token);
            await pieces.PrefillAsync(prompt.AsMemory(0, first), Token);
            await pieces.PrefillAsync(prompt.AsMemory(first), Token);

            Near(whole.Logits.ToArray(), pieces.Logits.ToArray());
            Near(whole.GetHiddenStates("hidden_states.2").Rows()[(first * SmallDecoder.Width)..], pieces.GetHiddenStates("hidden_states.2").Rows());
            Assert.Equal(length, pieces.Length);
        }, iter: 20);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_a_rewind_the_sequence_goes_on_as_if_nothing_had_followed(bool sharesCache)
    {
        await using var model = decoder.Load(sharesCache);
        var prompt = SmallDecoder.Prompt(3, 30);
        var expected = await model.GreedyAsync(prompt, 12);

        await using var session = await model.OpenAsync(60);
        await session.PrefillAsync(prompt, Token);
        foreach (var keep in new[] { 30, 29, 13, 1, 0 })
        {
            await session.PrefillAsync(SmallDecoder.Prompt(keep, 10), Token);
            session.Rewind(keep);
            Assert.Equal(keep, session.Length);
            Assert.Throws<InvalidOperationException>(() => session.Logits.Length);
            if (keep < 30)
            {
                await session.PrefillAsync(prompt.AsMemory(keep), Token);
            }
            else
            {
                session.Rewind(29);
                await session.DecodeAsync(prompt[29], Token);
            }

            Assert.Equal(expected, await session.GreedyAsync(12));
            session.Rewind(30);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_adapter_on_for_a_token_is_off_for_the_next(bool sharesCache)
    {
        await using var model = decoder.Load(sharesCache);
        var prompt = SmallDecoder.Prompt(5, 20);
        var plain = await model.GreedyAsync(prompt, 10);
        var adapted = await model.GreedyAsync(prompt, 10, "refusal");
        Assert.NotEqual(plain, adapted);

        await using var session = await model.OpenAsync(40);
        foreach (var (adapter, expected) in new[] { ("refusal", adapted), (null, plain), ("refusal", adapted), (null, plain) })
        {
            session.Rewind(Math.Min(19, session.Length));
            session.SetAdapter(adapter);
            await session.PrefillAsync(prompt.AsMemory(session.Length), Token);
            Assert.Equal(expected, await session.GreedyAsync(10));
        }
    }

    [Fact]
    public async Task The_training_graph_gives_the_same_last_logits()
    {
        await using var serving = decoder.Load();
        await using var training = decoder.Load(graph: "model.training.onnx");
        var prompt = SmallDecoder.Prompt(9, 33);
        Assert.Equal(await serving.GreedyAsync(prompt, 20), await training.GreedyAsync(prompt, 20));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Sessions_side_by_side_give_what_they_give_alone(bool sharesCache)
    {
        await using var model = decoder.Load(sharesCache);
        var prompts = Enumerable.Range(0, 12).Select(i => SmallDecoder.Prompt(i, 5 + (i * 3))).ToArray();
        var alone = new List<int[]>();
        foreach (var (i, prompt) in prompts.Index())
            alone.Add(await model.GreedyAsync(prompt, 24, i % 3 == 0 ? "refusal" : null));

        var together = await Task.WhenAll(prompts.Select((p, i) => Task.Run(() => model.GreedyAsync(p, 24, i % 3 == 0 ? "refusal" : null))));

        Assert.Equal(alone, together);
    }

    [Fact]
    public async Task Disposed_at_any_moment_a_session_leaves_nothing_behind()
    {
        await using var model = decoder.Load();
        var random = new Random(1);
        for (var i = 0; i < 100; i++)
        {
            var session = await model.OpenAsync(SmallDecoder.Context);
            using var started = new SemaphoreSlim(0);
            var running = Task.Run(
                async () =>
                {
                    started.Release();
                    for (var position = 0; position < SmallDecoder.Context; position++)
                        await session.DecodeAsync(5, CancellationToken.None);
                },
                Token);
            await started.WaitAsync(Token);
            Thread.SpinWait(random.Next(100_000));
            await session.DisposeAsync();
            Assert.True(await Record.ExceptionAsync(() => running) is null or ObjectDisposedException);
            Assert.Equal(0, model.OpenCaches);
        }
    }

    [Fact]
    public async Task A_decoded_token_allocates_little()
    {
        await using var model = decoder.Load();
        await using var session = await model.OpenAsync(200, "hidden_states", "hidden_states.1");
        await session.PrefillAsync(SmallDecoder.Prompt(1, 10), Token);
        await session.DecodeAsync(5, Token);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            var decoding = session.DecodeAsync(5 + i, Token);
            Assert.True(decoding.IsCompletedSuccessfully);
            _ = TensorPrimitives.IndexOfMax(session.Logits);
            _ = session.GetHiddenStates("hidden_states").Data.Length;
        }

        // Where inputs are copied to a device when they are bound, each token binds them anew.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 100, 0, TestProvider.IsCpu ? 512 : 1536);
    }

    [Fact]
    public async Task A_run_that_does_not_fit_changes_nothing()
    {
        await using var model = decoder.Load();
        var prompt = SmallDecoder.Prompt(2, 16);
        await using var session = await model.OpenAsync(20);
        await session.PrefillAsync(prompt, Token);
        var logits = session.Logits.ToArray();

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await session.PrefillAsync(SmallDecoder.Prompt(2, 5), Token));
        await Assert.ThrowsAsync<ArgumentException>(async () => await session.PrefillAsync(ReadOnlyMemory<int>.Empty, Token));
        var outside = await Assert.ThrowsAsync<ArgumentException>(async () => await session.PrefillAsync(new[] { 1, SmallDecoder.Vocabulary }, Token));
        Assert.Contains("Token 1: found 384, expected one from 0 to 383", outside.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(async () => await session.DecodeAsync(-1, Token));
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Rewind(17));
        Assert.Throws<ArgumentException>(() => session.SetAdapter("nobody"));
        Assert.Throws<ArgumentException>(() => session.GetHiddenStates("hidden_states"));

        Assert.Equal(16, session.Length);
        Assert.Equal(logits, session.Logits.ToArray());
    }

    [Fact]
    public async Task Sessions_that_cannot_be_opened_are_refused()
    {
        var model = decoder.Load();
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await model.OpenAsync(0));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await model.OpenAsync(SmallDecoder.Context + 1));
        var unknown = await Assert.ThrowsAsync<ArgumentException>(async () => await model.OpenAsync(10, "hidden_states.9"));
        Assert.Contains("hidden_states.2", unknown.Message, StringComparison.Ordinal);
        await model.DisposeAsync();
        await model.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await model.OpenAsync(10));
    }

    [Fact]
    public async Task The_whole_context_can_be_used()
    {
        await using var model = decoder.Load();
        await using var session = await model.OpenAsync(SmallDecoder.Context);
        await session.PrefillAsync(SmallDecoder.Prompt(4, SmallDecoder.Context - 1), Token);
        await session.DecodeAsync(7, Token);
        Assert.Equal(SmallDecoder.Context, session.Length);
        Assert.True(TensorPrimitives.IndexOfMax(session.Logits) >= 0);
        Assert.True(float.IsFinite(TensorPrimitives.Sum(session.Logits)));
    }

    private static void Near(float[] expected, float[] found)
    {
        Assert.Equal(expected.Length, found.Length);
        Assert.InRange(expected.Zip(found, (a, b) => Math.Abs(a - b)).Max(), 0, TestProvider.Tolerance(1e-4f, others: 1e-3f));
    }
}
