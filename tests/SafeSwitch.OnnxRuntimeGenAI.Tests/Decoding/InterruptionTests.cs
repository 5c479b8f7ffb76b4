using SafeSwitch.Backends;
using SafeSwitch.OnnxRuntimeGenAI.Decoding;

namespace SafeSwitch.OnnxRuntimeGenAI.Tests.Decoding;

/// <summary>Runs that are ended in the middle of the native library's work: the shipped model with a prompt of seconds.</summary>
public sealed class InterruptionTests : IAsyncDisposable
{
    private static readonly int[] Long = [.. Enumerable.Range(0, 4000).Select(i => 100 + (i % 4000))];

    private readonly GenAIModel model = Models.LoadGenAI(Fixtures.ShippedBundle(), "model.onnx");

    public ValueTask DisposeAsync() => model.DisposeAsync();

    [Fact]
    public async Task A_prefill_cancelled_in_the_middle_leaves_the_length_and_the_session_goes_on()
    {
        await using var session = await model.Open(Long.Length + 8);
        await session.PrefillAsync(new[] { 5, 6, 7 }, TestContext.Current.CancellationToken);
        using var cancellation = new CancellationTokenSource();
        var running = RunOnAsync(session, cancellation.Token);
        await OtherWorkAsync();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(3, session.Length);
        Assert.Throws<InvalidOperationException>(() => session.Logits.Length);
        await session.DecodeAsync(8, TestContext.Current.CancellationToken);
        var resumed = session.Logits.ToArray();

        await using var fresh = await model.Open(8);
        await fresh.PrefillAsync(new[] { 5, 6, 7, 8 }, TestContext.Current.CancellationToken);
        Assert.Equal(fresh.Logits.ToArray().Index().MaxBy(l => l.Item).Index, resumed.Index().MaxBy(l => l.Item).Index);
    }

    [Fact]
    public async Task A_dispose_in_the_middle_of_a_run_ends_it()
    {
        var session = await model.Open(Long.Length);
        var running = RunOnAsync(session, CancellationToken.None);
        await OtherWorkAsync();

        await session.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => running);
    }

    /// <summary>Runs a long prompt again and again, so that what comes meanwhile comes in the middle of it, whenever that is.</summary>
    private static Task RunOnAsync(DecodingSession session, CancellationToken cancellationToken) => Task.Run(
        async () =>
        {
            for (var length = session.Length; ; session.Rewind(length))
            {
                await session.PrefillAsync(Long, cancellationToken);
            }
        },
        CancellationToken.None);

    /// <summary>Some tokens of another session: time enough for a run to be well under way.</summary>
    private async Task OtherWorkAsync()
    {
        await using var other = await model.Open(16);
        for (var token = 1; token <= 16; token++)
        {
            await other.DecodeAsync(token, TestContext.Current.CancellationToken);
        }
    }
}
