using SafeSwitch.OnnxRuntime.Tests.Support;

namespace SafeSwitch.OnnxRuntime.Tests.Decoding;

/// <summary>Sessions that are cancelled or disposed at any moment, on the shipped model, whose prefill is long enough to hit.</summary>
public sealed class InterruptionTests : IAsyncLifetime
{
    private readonly OnnxLanguageModel model = OnnxLanguageModel.Load(Fixtures.ShippedBundle(), options: TestProvider.Options());
    private readonly int[] longPrompt = [.. Enumerable.Range(0, 2000).Select(i => 100 + (i * 7919 % 40000))];
    private readonly int[] shortPrompt = [1, 9690, 198, 2683, 359];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => model.DisposeAsync();

    [Fact]
    public async Task A_prefill_cancelled_in_the_middle_leaves_the_session_usable()
    {
        var expected = await model.GreedyAsync(shortPrompt, 5);
        await using var session = await model.OpenAsync(2100);
        await session.PrefillAsync(shortPrompt, TestContext.Current.CancellationToken);
        using var source = new CancellationTokenSource();
        var running = RunOnAsync(session, source.Token);
        await model.GreedyAsync(shortPrompt, 5);

        await source.CancelAsync();

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(source.Token, error.CancellationToken);
        Assert.Equal(5, session.Length);
        Assert.Throws<InvalidOperationException>(() => session.Logits.Length);
        session.Rewind(4);
        await session.DecodeAsync(shortPrompt[4], TestContext.Current.CancellationToken);
        Assert.Equal(expected, await session.GreedyAsync(5));
    }

    [Fact]
    public async Task A_cancelled_token_runs_nothing()
    {
        await using var session = await model.OpenAsync(10);
        await session.PrefillAsync(shortPrompt, TestContext.Current.CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await session.DecodeAsync(1, new CancellationToken(canceled: true)));
        Assert.Equal(5, session.Length);
        await session.DecodeAsync(1, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Disposing_during_a_run_ends_it_and_gives_the_cache_back()
    {
        var session = await model.OpenAsync(2100);
        var other = await model.OpenAsync(100);
        await other.PrefillAsync(shortPrompt, TestContext.Current.CancellationToken);
        var running = RunOnAsync(session, CancellationToken.None);
        await model.GreedyAsync(shortPrompt, 5);

        await session.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => running);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await session.DecodeAsync(1, TestContext.Current.CancellationToken));
        Assert.Equal(1, model.OpenCaches);
        await other.PrefillAsync(shortPrompt, TestContext.Current.CancellationToken);
        await other.DisposeAsync();
        Assert.Equal(0, model.OpenCaches);
    }

    [Fact]
    public async Task A_model_may_be_disposed_before_its_sessions()
    {
        var other = OnnxLanguageModel.Load(SmallDecoder.Source, options: TestProvider.Options());
        var session = await other.OpenAsync(20);
        await other.DisposeAsync();
        await session.PrefillAsync(new[] { 1, 2, 3 }, TestContext.Current.CancellationToken);
        Assert.Equal(SmallDecoder.Vocabulary, session.Logits.Length);
        await session.DisposeAsync();
        await session.DisposeAsync();
    }

    /// <summary>Runs a long prompt again and again, so that what comes meanwhile comes in the middle of it, whenever that is.</summary>
    private Task RunOnAsync(Backends.DecodingSession session, CancellationToken cancellationToken) => Task.Run(
        async () =>
        {
            for (var length = session.Length; ; session.Rewind(length))
            {
                await session.PrefillAsync(longPrompt, cancellationToken);
            }
        },
        CancellationToken.None);
}
