using SafeSwitch.OnnxRuntimeGenAI.Decoding;

namespace SafeSwitch.OnnxRuntimeGenAI.Tests.Decoding;

/// <summary>Runs that are long enough to be interrupted: the shipped model with a prompt of seconds.</summary>
public sealed class InterruptionTests : IAsyncDisposable
{
    private static readonly TimeSpan WellIntoTheRun = TimeSpan.FromMilliseconds(200);
    private static readonly int[] Long = [.. Enumerable.Range(0, 4000).Select(i => 100 + (i % 4000))];

    private readonly GenAIModel model = Models.LoadGenAI(Fixtures.ShippedBundle(), "model.onnx");

    public ValueTask DisposeAsync() => model.DisposeAsync();

    [Fact]
    public async Task A_cancelled_prefill_ends_and_leaves_the_length_and_the_session_goes_on()
    {
        await using var session = await model.Open(Long.Length + 8);
        await session.PrefillAsync(new[] { 5, 6, 7 }, TestContext.Current.CancellationToken);
        using var cancellation = new CancellationTokenSource();

        var prefill = Task.Run(() => session.PrefillAsync(Long, cancellation.Token).AsTask(), TestContext.Current.CancellationToken);
        await Task.Delay(WellIntoTheRun, TestContext.Current.CancellationToken);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => prefill);
        Assert.Equal(3, session.Length);
        Assert.Throws<InvalidOperationException>(() => session.Logits.Length);
        await session.DecodeAsync(8, TestContext.Current.CancellationToken);
        var resumed = session.Logits.ToArray();

        await using var fresh = await model.Open(8);
        await fresh.PrefillAsync(new[] { 5, 6, 7, 8 }, TestContext.Current.CancellationToken);
        Assert.Equal(fresh.Logits.ToArray().Index().MaxBy(l => l.Item).Index, resumed.Index().MaxBy(l => l.Item).Index);
    }

    [Fact]
    public async Task A_dispose_during_a_run_ends_it()
    {
        var session = await model.Open(Long.Length);
        var prefill = Task.Run(() => session.PrefillAsync(Long).AsTask(), TestContext.Current.CancellationToken);
        await Task.Delay(WellIntoTheRun, TestContext.Current.CancellationToken);

        await session.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => prefill);
    }

    [Fact]
    public async Task A_second_caller_is_refused_and_the_first_is_not_disturbed()
    {
        await using var session = await model.Open(Long.Length);
        using var cancellation = new CancellationTokenSource();
        var prefill = Task.Run(() => session.PrefillAsync(Long, cancellation.Token).AsTask(), TestContext.Current.CancellationToken);
        await Task.Delay(WellIntoTheRun, TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<InvalidOperationException>(() => session.DecodeAsync(1).AsTask());
        Assert.Throws<InvalidOperationException>(() => session.Rewind(0));
        Assert.Throws<InvalidOperationException>(() => session.SetAdapter(null));
        Assert.Throws<InvalidOperationException>(() => session.Logits.Length);
        Assert.False(prefill.IsCompleted);

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => prefill);
    }
}
