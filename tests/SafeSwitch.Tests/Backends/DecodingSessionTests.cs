using SafeSwitch.Backends;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Tests.Backends;

/// <summary>What a session promises while a run is under way, over a runner that ends its runs when the test says so.</summary>
public sealed class DecodingSessionTests : IAsyncDisposable
{
    private readonly ManualRunner runner = new();
    private readonly DecodingSession session;

    public DecodingSessionTests() =>
        session = new DecodingSession(new ToyModel().Info, new DecodingOptions { Capacity = 16, HiddenStates = [ToyModel.PromptState] }, _ => runner);

    public async ValueTask DisposeAsync()
    {
        await session.DisposeAsync();
        runner.Dispose();
    }

    [Fact]
    public async Task While_it_runs_every_call_is_refused_and_the_run_goes_on()
    {
        var run = session.PrefillAsync(new[] { 1, 2, 3 }).AsTask();

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await session.DecodeAsync(1));
        Assert.Throws<InvalidOperationException>(() => session.Logits.Length);
        Assert.Throws<InvalidOperationException>(() => session.GetHiddenStates(ToyModel.PromptState));
        Assert.Throws<InvalidOperationException>(() => session.Rewind(0));
        Assert.Throws<InvalidOperationException>(() => session.SetAdapter(null));
        Assert.Throws<InvalidOperationException>(() => session.Use<ManualRunner>(_ => { }));
        Assert.Equal("The session is running: it serves one caller at a time.", Assert.Throws<InvalidOperationException>(() => session.Rewind(0)).Message);

        Assert.False(run.IsCompleted);
        runner.Run!.SetResult();
        await run;
        Assert.Equal((3, 3), (session.Length, runner.Length));
        Assert.Equal(1, session.Logits.Length);
    }

    [Fact]
    public async Task Disposal_ends_the_run_and_waits_for_it_before_it_frees_anything()
    {
        var run = session.PrefillAsync(new[] { 1, 2 }).AsTask();

        var first = session.DisposeAsync().AsTask();
        var second = session.DisposeAsync().AsTask();
        Assert.True(runner.IsTerminated);
        Assert.False(runner.IsDisposed);
        Assert.False(first.IsCompleted || second.IsCompleted);

        runner.Run!.SetException(new SafeSwitchException("ended"));
        var error = await Assert.ThrowsAsync<ObjectDisposedException>(() => run);
        await first;
        await second;
        Assert.Contains("disposed while it ran", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, runner.Disposals);
    }

    [Fact]
    public async Task A_run_that_ends_well_before_its_disposal_stops_it_ends_well()
    {
        var run = session.PrefillAsync(new[] { 1, 2 }).AsTask();
        var disposal = session.DisposeAsync().AsTask();
        runner.Run!.SetResult();
        await run;
        await disposal;
        Assert.Throws<ObjectDisposedException>(() => session.Logits.Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cancelled_run_changes_nothing_however_late_the_cancellation(bool isLate)
    {
        await RunAsync(4);
        using var source = new CancellationTokenSource();
        var run = session.PrefillAsync(new[] { 1, 2, 3 }, source.Token).AsTask();
        await source.CancelAsync();
        if (isLate)
            runner.Run!.SetResult();
        else
            runner.Run!.SetException(new OperationCanceledException());

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);

        Assert.Equal(source.Token, error.CancellationToken);
        Assert.Equal((4, 4), (session.Length, runner.Length));
        Assert.Throws<InvalidOperationException>(() => session.Logits.Length);
        await RunAsync(1);
        Assert.Equal((5, 5), (session.Length, runner.Length));
    }

    [Fact]
    public async Task A_failed_run_is_reported_as_it_is_and_leaves_the_length()
    {
        await RunAsync(4);
        var run = session.DecodeAsync(1).AsTask();
        runner.Run!.SetException(new IOException("full"));

        await Assert.ThrowsAsync<IOException>(() => run);

        Assert.Equal(4, session.Length);
        Assert.Throws<InvalidOperationException>(() => session.GetHiddenStates(ToyModel.PromptState));
        await RunAsync(1);
        Assert.Equal(5, session.Length);
    }

    [Fact]
    public async Task A_backend_may_use_its_own_runner_and_no_other()
    {
        await using (session)
        {
            ISequenceRunner? used = null;
            session.Use<ManualRunner>(r => used = r);
            Assert.Same(runner, used);
            Assert.Contains("ManualRunner", Assert.Throws<ArgumentException>(() => session.Use<ToyRunner>(_ => { })).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_runner_that_fails_to_free_itself_says_so_to_whoever_disposes()
    {
        using var failing = new ManualRunner { FailsToDispose = true };
        var other = new DecodingSession(new ToyModel().Info, new DecodingOptions { Capacity = 1 }, _ => failing);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await other.DisposeAsync());
        failing.FailsToDispose = false;
    }

    [Fact]
    public async Task A_token_that_is_run_at_once_allocates_nothing()
    {
        runner.CompletesAtOnce = true;
        var token = TestContext.Current.CancellationToken;
        await session.DecodeAsync(1, token);
        _ = session.Logits.Length + session.GetHiddenStates(ToyModel.PromptState).Positions;
        session.Rewind(0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10; i++)
        {
            var run = session.DecodeAsync(i, token);
            if (run.IsCompletedSuccessfully)
                _ = session.Logits.Length + session.GetHiddenStates(ToyModel.PromptState).Positions;
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(10, session.Length);
    }

    [Fact]
    public async Task Disposed_from_many_threads_while_it_runs_it_frees_once()
    {
        for (var round = 0; round < 200; round++)
        {
            var model = new ToyModel();
            var opened = await model.OpenSessionAsync(new DecodingOptions { Capacity = 64 });
            using var start = new Barrier(4);
            var decoding = Task.Run(async () =>
            {
                start.SignalAndWait();
                for (var i = 0; i < 64; i++)
                    await opened.DecodeAsync(i);
            });
            var disposals = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
            {
                start.SignalAndWait();
                await opened.DisposeAsync();
            }));

            await Task.WhenAll(disposals);
            Assert.True(await Record.ExceptionAsync(() => decoding) is null or ObjectDisposedException);
            Assert.Equal(0, model.OpenSessions);
        }
    }

    private async Task RunAsync(int count)
    {
        var run = session.PrefillAsync(new int[count]).AsTask();
        runner.Run!.SetResult();
        await run;
    }

    private sealed class ManualRunner : ISequenceRunner
    {
        private readonly ToyStates states = new(ToyModel.PromptState);

        public TaskCompletionSource? Run { get; private set; }

        public int Length { get; private set; }

        public bool CompletesAtOnce { get; set; }

        public bool FailsToDispose { get; set; }

        public bool IsTerminated { get; private set; }

        public int Disposals { get; private set; }

        public bool IsDisposed => Disposals > 0;

        private readonly float[] logits = new float[1];

        public ReadOnlySpan<float> Logits => logits;

        public HiddenStates GetHiddenStates(string name) => states;

        public ValueTask RunAsync(ReadOnlyMemory<int> tokens, int past, CancellationToken cancellationToken)
        {
            if (CompletesAtOnce)
            {
                Length += tokens.Length;
                return ValueTask.CompletedTask;
            }

            Assert.Equal(past, Length);
            Run = new TaskCompletionSource();
            return new ValueTask(AddAsync(tokens.Length));
        }

        public void Rewind(int length) => Length = length;

        public void SetAdapter(string? name)
        {
        }

        public void Terminate() => IsTerminated = true;

        public void Dispose()
        {
            Disposals++;
            if (FailsToDispose)
                throw new InvalidOperationException("stuck");
        }

        private async Task AddAsync(int count)
        {
            await Run!.Task;
            Length += count;
        }
    }
}
