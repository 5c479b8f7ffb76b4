using SafeSwitch.Backends;
using SafeSwitch.Guard;
using SafeSwitch.OnnxRuntime.Scheduling;
using SafeSwitch.OnnxRuntime.Tests.Support;

namespace SafeSwitch.OnnxRuntime.Tests.Scheduling;

/// <summary>What does not fit waits, in order and not for ever; what is full says so.</summary>
public sealed class WaitingTests(SmallDecoder decoder)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_finds_no_slot_waits_in_the_order_of_coming()
    {
        await using var model = decoder.Load(o => o.MaxBatchRows = 2);
        var seated = new List<DecodingSession> { await OpenAndRunAsync(model), await OpenAndRunAsync(model) };
        var order = new List<int>();
        var late = new List<(DecodingSession Session, Task Run)>();
        for (var i = 0; i < 4; i++)
        {
            var session = await model.OpenAsync(20);
            var number = i;
            late.Add((session, RunAsync()));
            async Task RunAsync()
            {
                await session.PrefillAsync(SmallDecoder.Prompt(number, 5), Token);
                lock (order)
                    order.Add(number);
            }
        }

        Assert.Equal((2, 4), (model.Scheduler!.Seated, model.Scheduler.Waiting));
        await seated[0].DecodeAsync(7, Token);
        await seated[0].DisposeAsync();
        foreach (var (session, run) in late)
        {
            await run;
            await session.DisposeAsync();
        }

        Assert.Equal([0, 1, 2, 3], order);
        await seated[1].DisposeAsync();
        Assert.Equal((0, 0), (model.OpenCaches, model.Scheduler.Waiting));
    }

    [Fact]
    public async Task A_full_line_says_when_to_try_again()
    {
        await using var model = decoder.Load(o => (o.MaxBatchRows, o.MaxWaitingSequences) = (2, 1));
        await using var first = await OpenAndRunAsync(model);
        await using var second = await OpenAndRunAsync(model);
        await using var third = await model.OpenAsync(20);
        var waits = third.PrefillAsync(SmallDecoder.Prompt(3, 5), Token).AsTask();
        await using var fourth = await model.OpenAsync(20);

        var full = await Assert.ThrowsAsync<TooManyRequestsException>(async () => await fourth.PrefillAsync(SmallDecoder.Prompt(4, 5), Token));
        Assert.StartsWith("The model has no room for another sequence now: all slots are taken, and the queue of 1 is full.", full.Message, StringComparison.Ordinal);
        Assert.InRange(full.RetryAfter, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));

        await first.DisposeAsync();
        await waits;
        Assert.Equal(5, third.Length);
    }

    [Fact]
    public async Task A_long_wait_ends_with_when_to_try_again_and_nothing_is_lost()
    {
        await using var model = decoder.Load(o => (o.MaxBatchRows, o.MaxWait) = (2, TimeSpan.FromMilliseconds(20)));
        await using var first = await OpenAndRunAsync(model);
        await using var second = await OpenAndRunAsync(model);
        await using var third = await model.OpenAsync(20);

        var late = await Assert.ThrowsAsync<TooManyRequestsException>(async () => await third.PrefillAsync(SmallDecoder.Prompt(3, 5), Token));
        Assert.StartsWith("The model has no room for another sequence now: no slot was free for 0.02 s.", late.Message, StringComparison.Ordinal);
        Assert.InRange(late.RetryAfter, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));

        await first.DisposeAsync();
        await third.PrefillAsync(SmallDecoder.Prompt(3, 5), Token);
        Assert.Equal(5, third.Length);
    }

    [Fact]
    public async Task A_wait_ends_when_it_is_cancelled_or_the_session_disposed()
    {
        await using var model = decoder.Load(o => o.MaxBatchRows = 2);
        await using var first = await OpenAndRunAsync(model);
        await using var second = await OpenAndRunAsync(model);
        using var source = new CancellationTokenSource();
        await using var third = await model.OpenAsync(20);
        var cancelled = third.PrefillAsync(SmallDecoder.Prompt(3, 5), source.Token).AsTask();
        var fourth = await model.OpenAsync(20);
        var disposed = fourth.PrefillAsync(SmallDecoder.Prompt(4, 5), Token).AsTask();

        await source.CancelAsync();
        Assert.Equal(source.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled)).CancellationToken);
        await fourth.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => disposed);
        Assert.Equal(0, model.Scheduler!.Waiting);
    }

    [Fact]
    public async Task Memory_stays_within_the_budget_whatever_comes()
    {
        await using var model = decoder.Load();
        var position = model.Scheduler!.Memory.BytesOf(1, 1);
        var budget = position * 64 * 9;
        await using var small = decoder.Load(o => (o.MaxBatchRows, o.CacheBytes) = (16, budget));
        var most = 0L;
        var random = new Random(5);
        var lengths = Enumerable.Range(0, 30).Select(_ => random.Next(3, SmallDecoder.Context)).ToArray();
        await Task.WhenAll(lengths.Select(length => Task.Run(
            async () =>
            {
                await using var session = await small.OpenAsync(length);
                await session.PrefillAsync(SmallDecoder.Prompt(length, length - 2), Token);
                await session.DecodeAsync(7, Token);
                InterlockedMax(ref most, small.Scheduler!.Memory.Bytes);
            },
            Token)));
        Assert.InRange(most, 1, budget);

        // One that would not even fit alone is told so, and what to set.
        await using var tiny = decoder.Load(o => o.CacheBytes = position * 64);
        await using var large = await tiny.OpenAsync(200);
        var error = await Assert.ThrowsAsync<SafeSwitchException>(async () => await large.PrefillAsync(SmallDecoder.Prompt(1, 5), Token));
        Assert.StartsWith($"OnnxRuntime: CacheBytes: found {position * 64}, expected ", error.Message, StringComparison.Ordinal);
        await using var fits = await tiny.OpenAsync(20);
        await fits.PrefillAsync(SmallDecoder.Prompt(1, 5), Token);
    }

    private static async Task<DecodingSession> OpenAndRunAsync(OnnxLanguageModel model)
    {
        var session = await model.OpenAsync(20);
        await session.PrefillAsync(SmallDecoder.Prompt(1, 5), Token);
        return session;
    }

    private static void InterlockedMax(ref long most, long value)
    {
        for (var seen = Volatile.Read(ref most); value > seen;)
        {
            var before = Interlocked.CompareExchange(ref most, value, seen);
            if (before == seen)
                return;
            seen = before;
        }
    }
}
