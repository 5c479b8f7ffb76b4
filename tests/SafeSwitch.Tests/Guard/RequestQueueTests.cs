using Microsoft.Extensions.AI;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Time.Testing;
using SafeSwitch.Backends;
using SafeSwitch.Classifying;
using SafeSwitch.Guard;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Tests.Guard;

public sealed class RequestQueueTests : IDisposable
{
    private readonly ManualResetEventSlim goOn = new();
    private readonly SemaphoreSlim computing = new(0);
    private readonly FakeTimeProvider time = new();
    private readonly ScriptedTokenizer script = new([.. Enumerable.Repeat("ok", 20)]);

    public void Dispose()
    {
        goOn.Set();
        goOn.Dispose();
        computing.Dispose();
    }

    [Fact]
    public async Task Requests_beyond_the_limit_wait_and_have_their_turn_in_the_order_in_which_they_came()
    {
        using var queue = new RequestQueue(1, 10, TimeSpan.FromSeconds(30));
        await using var guard = Guard(queue);
        List<Task<GenerationResult>> requests = [guard.GenerateAsync(Request("0"))];
        await computing.WaitAsync(TestContext.Current.CancellationToken);

        requests.AddRange(Enumerable.Range(1, 8).Select(i => guard.GenerateAsync(Request($"{i}"))));
        Assert.Equal((8, 1), (queue.Waiting, script.Messages.Count));
        goOn.Set();
        await Task.WhenAll(requests);

        Assert.Equal("012345678", string.Concat(script.Messages.Select(m => m[0].Content)));
        Assert.Equal(0, queue.Waiting);
    }

    [Fact]
    public async Task As_many_compute_at_once_as_may()
    {
        using var queue = new RequestQueue(3, 10, TimeSpan.FromSeconds(30));
        await using var guard = Guard(queue);

        var requests = Enumerable.Range(0, 4).Select(i => guard.GenerateAsync(Request($"{i}"))).ToArray();
        for (var i = 0; i < 3; i++)
            await computing.WaitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, queue.Waiting);
        goOn.Set();
        await Task.WhenAll(requests);
    }

    [Fact]
    public async Task A_full_queue_is_an_error_that_says_when_to_try_again()
    {
        using var queue = new RequestQueue(1, 1, TimeSpan.FromSeconds(30));
        await using var guard = Guard(queue);
        var first = guard.GenerateAsync(Request("slow"));
        await computing.WaitAsync(TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(8));
        goOn.Set();
        await first;
        goOn.Reset();
        Task[] taken = [guard.GenerateAsync(Request("a")), guard.GenerateAsync(Request("b"))];
        await computing.WaitAsync(TestContext.Current.CancellationToken);

        var error = await Assert.ThrowsAsync<TooManyRequestsException>(() => guard.GenerateAsync(Request("c")));

        // Of two turns, each like the last.
        Assert.Equal(TimeSpan.FromSeconds(16), error.RetryAfter);
        Assert.Contains("Every place for a request is taken (1 at once), and the queue of 1 is full.", error.Message, StringComparison.Ordinal);
        goOn.Set();
        await Task.WhenAll(taken);
        await guard.GenerateAsync(Request("d"));
        Assert.Equal("slowabd", string.Concat(script.Messages.Select(m => m[0].Content)));
    }

    [Fact]
    public async Task Waiting_has_an_end()
    {
        using var queue = new RequestQueue(1, 5, TimeSpan.FromSeconds(30));
        await using var guard = Guard(queue);
        var first = guard.GenerateAsync(Request("a"));
        await computing.WaitAsync(TestContext.Current.CancellationToken);
        var second = guard.GenerateAsync(Request("b"));

        time.Advance(TimeSpan.FromSeconds(30));

        var error = await Assert.ThrowsAsync<TooManyRequestsException>(() => second);
        Assert.Equal(TimeSpan.FromSeconds(1), error.RetryAfter);
        Assert.Equal(0, queue.Waiting);
        goOn.Set();
        await first;
    }

    [Fact]
    public async Task The_time_of_a_request_goes_on_while_it_waits()
    {
        using var queue = new RequestQueue(1, 5, TimeSpan.FromMinutes(30));
        await using var guard = Guard(queue);
        var first = guard.GenerateAsync(Request("a"));
        await computing.WaitAsync(TestContext.Current.CancellationToken);
        var second = guard.GenerateAsync(Request("b") with { Timeout = TimeSpan.FromSeconds(5) });

        time.Advance(TimeSpan.FromSeconds(5));

        await Assert.ThrowsAsync<TimeoutException>(() => second);
        goOn.Set();
        await first;
    }

    [Fact]
    public async Task Whoever_gives_up_leaves_the_queue()
    {
        using var queue = new RequestQueue(1, 1, TimeSpan.FromSeconds(30));
        await using var guard = Guard(queue);
        var first = guard.GenerateAsync(Request("a"));
        await computing.WaitAsync(TestContext.Current.CancellationToken);
        using var stop = new CancellationTokenSource();
        var second = guard.GenerateAsync(Request("b"), stop.Token);
        Assert.Equal(1, queue.Waiting);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.Equal(0, queue.Waiting);
        var third = guard.GenerateAsync(Request("c"));
        goOn.Set();
        await Task.WhenAll(first, third);
        Assert.Equal("ac", string.Concat(script.Messages.Select(m => m[0].Content)));
    }

    [Fact]
    public async Task A_request_that_fails_or_is_left_gives_its_place_back()
    {
        using var queue = new RequestQueue(1, 1, TimeSpan.FromSeconds(30));
        var model = new ToyModel { EndOdds = 0 };
        await using var guard = Toy.Guard(model, ScriptedMonitor.Saying(VerdictAction.Continue), queue);

        model.BeforeRun = _ => throw new InvalidOperationException("broken");
        await Assert.ThrowsAsync<InvalidOperationException>(() => guard.GenerateAsync(Request("a")));
        model.BeforeRun = null;
        await foreach (var _ in guard.StreamAsync(Request("b")))
            break;

        await guard.GenerateAsync(Request("c"));
    }

    [Theory]
    [InlineData(FailureMode.Open)]
    [InlineData(FailureMode.Closed)]
    public async Task A_full_queue_says_nothing_of_a_conversation(FailureMode mode)
    {
        using var queue = new RequestQueue(1, 0, TimeSpan.FromSeconds(30));
        await using var guard = Guard(queue);
        var first = guard.GenerateAsync(Request("a"));
        await computing.WaitAsync(TestContext.Current.CancellationToken);
        var asked = new Classifying.FakeChatClient("answer");
        using var client = new PromptGuardChatClient(asked, new ModelClassifier(guard));

        var options = SafeSwitch.Chat.SafeSwitchChat.WithSafetyPolicy(new ChatOptions(), new SafetyPolicy { FailureMode = mode });
        await Assert.ThrowsAsync<TooManyRequestsException>(() => client.GetResponseAsync("x", options));

        Assert.Empty(asked.Asked);
        goOn.Set();
        await first;
    }

    [Fact]
    public async Task The_queue_is_measured()
    {
        const string name = "queued";
        using var queue = new RequestQueue(1, 0, TimeSpan.FromSeconds(30));
        using var waiting = new MetricCollector<long>(null, SafeSwitchTelemetry.MeterName, "safeswitch.queue.requests");
        using var waited = new MetricCollector<double>(null, SafeSwitchTelemetry.MeterName, "safeswitch.queue.duration");
        using var ended = new MetricCollector<long>(null, SafeSwitchTelemetry.MeterName, "safeswitch.requests");
        await using var guard = Guard(queue, name);
        var first = guard.GenerateAsync(Request("a"));
        await computing.WaitAsync(TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<TooManyRequestsException>(() => guard.GenerateAsync(Request("b")));
        goOn.Set();
        await first;

        Assert.Equal([1, -1, 1, -1], waiting.GetMeasurementSnapshot().Where(IsOurs).Select(m => m.Value));
        Assert.Equal(2, waited.GetMeasurementSnapshot().Count(IsOurs));
        Assert.Contains(typeof(TooManyRequestsException).FullName, ended.GetMeasurementSnapshot().Where(IsOurs).Select(m => m.Tags.GetValueOrDefault("error.type")));

        static bool IsOurs<T>(CollectedMeasurement<T> measurement)
            where T : struct => Equals(measurement.Tags.GetValueOrDefault("safeswitch.client"), name);
    }

    [Fact]
    public void A_queue_that_can_not_be_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>("maxConcurrent", () => new RequestQueue(0, 1, TimeSpan.FromSeconds(1)));
        Assert.Throws<ArgumentOutOfRangeException>("maxWaiting", () => new RequestQueue(1, -1, TimeSpan.FromSeconds(1)));
        Assert.Throws<ArgumentOutOfRangeException>("maxWait", () => new RequestQueue(1, 1, TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>("maxWait", () => new RequestQueue(1, 1, TimeSpan.FromDays(2)));
    }

    private GuardedModel Guard(RequestQueue queue, string name = "")
    {
        var model = new ToyModel
        {
            EndOdds = 0,
            Tokenizer = script,
            BeforeRun = run =>
            {
                if (run > 0)
                    return;
                computing.Release();
                goOn.Wait();
            },
        };
        return Toy.Guard(model, ScriptedMonitor.Saying(VerdictAction.Continue), queue, time, name);
    }

    private static GenerationRequest Request(string text) => new() { Messages = [PromptMessage.User(text)], MaxNewTokens = 2, Policy = new SafetyPolicy() };
}
