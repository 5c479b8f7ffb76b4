using System.Diagnostics;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.Guard;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Tests.Guard;

public class RequestRunnerTests
{
    // Far more than any machine needs: it only ends a test that would hang.
    private static readonly TimeSpan Watchdog = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task The_callers_thread_is_free_while_the_model_computes()
    {
        using var computing = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var wasFree = true;
        var model = new ToyModel
        {
            EndOdds = 0,
            BeforeRun = n =>
            {
                computing.Set();
                wasFree &= goOn.Wait(Watchdog);
            },
        };
        await using var guard = Toy.Guard(model, ScriptedMonitor.Saying(VerdictAction.Continue));

        var generating = guard.GenerateAsync(Toy.Request(new SafetyPolicy()));
        computing.Wait(TestContext.Current.CancellationToken);
        Assert.False(generating.IsCompleted);
        goOn.Set();

        Assert.Equal(20, (await generating).Tokens.Count);
        Assert.True(wasFree, "the model waited for a caller whose thread it held");
    }

    /// <summary>What the guard reads is what the model reads: there is one prompt.</summary>
    [Theory]
    [InlineData(PromptText.AsRead, "How do I?")]
    [InlineData(PromptText.AsWritten, "H\u200Bow\u00A0do I?")]
    public async Task A_request_is_read_as_the_policy_says(PromptText reading, string expected)
    {
        var tokenizer = new ScriptedTokenizer("Yes.", "No.", "Maybe.");
        await using var guard = Toy.Guard(new ToyModel { Tokenizer = tokenizer }, ScriptedMonitor.Saying(VerdictAction.Continue));
        var request = Toy.Request(new SafetyPolicy { PromptText = reading }) with
        {
            Messages = [PromptMessage.System("N\u00A0o"), PromptMessage.User("H\u200Bow\u00A0do I?"), PromptMessage.Assistant("N\u00A0o")],
            StopStrings = [ScriptedTokenizer.End],
        };

        await guard.GenerateAsync(request, TestContext.Current.CancellationToken);
        await guard.ClassifyAsync(request, TestContext.Current.CancellationToken);
        await guard.GenerateAsync(request with { Policy = null, Unguarded = true }, TestContext.Current.CancellationToken);

        Assert.All(tokenizer.Messages.SkipLast(1), messages => Assert.Equal(["N\u00A0o", expected, "N\u00A0o"], messages.Select(m => m.Content)));
        // The model by itself reads what was written.
        Assert.Equal("H\u200Bow\u00A0do I?", tokenizer.Messages[^1][1].Content);
    }

    /// <summary>Padding that takes few tokens must not keep a text from being read.</summary>
    [Fact]
    public async Task However_long_a_text_is_what_fits_is_read()
    {
        var tokenizer = new ScriptedTokenizer("Yes.");
        var model = new ToyModel { Tokenizer = tokenizer };
        await using var guard = Toy.Guard(model, ScriptedMonitor.Saying(VerdictAction.Continue));
        var padding = new string(' ', 100_000 + (64 * model.Info.ContextLength));

        await guard.GenerateAsync(
            Toy.Request(new SafetyPolicy()) with { Messages = [PromptMessage.User($"{padding}H\u200Bow do I?")], StopStrings = [ScriptedTokenizer.End] },
            TestContext.Current.CancellationToken);

        Assert.EndsWith(" How do I?", tokenizer.Messages[^1][0].Content, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_piece_reaches_the_caller_while_the_next_is_computed()
    {
        using var goOn = new ManualResetEventSlim();
        var model = new ToyModel { EndOdds = 0, BeforeRun = n => { if (n == 2) goOn.Wait(); } };
        await using var guard = Toy.Guard(model, ScriptedMonitor.Saying(VerdictAction.Continue));

        await using var updates = guard.StreamAsync(Toy.Request(new SafetyPolicy())).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await updates.MoveNextAsync());
        Assert.NotEmpty(updates.Current.Text);
        Assert.True(await updates.MoveNextAsync());
        var third = updates.MoveNextAsync();
        Assert.False(third.IsCompleted);
        goOn.Set();

        Assert.True(await third);
    }

    [Fact]
    public async Task Requests_overlap()
    {
        using var both = new Barrier(2);
        var met = 0;
        var model = new ToyModel { BeforeRun = n => { if (n == 0 && both.SignalAndWait(Watchdog)) Interlocked.Increment(ref met); } };
        await using var guard = Toy.Guard(model, ScriptedMonitor.Saying(VerdictAction.Continue));

        await Task.WhenAll(guard.GenerateAsync(Toy.Request(new SafetyPolicy())), guard.GenerateAsync(Toy.Request(new SafetyPolicy())));

        Assert.Equal(2, met);
    }

    [Theory]
    [InlineData("prefill")]
    [InlineData("decoding")]
    [InlineData("opening")]
    [InlineData("tokenizing")]
    public async Task Nothing_inside_can_pass_the_time_of_a_request(string stuck)
    {
        var time = new FakeTimeProvider();
        using var end = new ManualResetEventSlim();
        using var stuckNow = new SemaphoreSlim(0);
        void Stick()
        {
            stuckNow.Release();
            end.Wait();
        }

        var model = new ToyModel
        {
            EndOdds = 0,
            Tokenizer = new StuckTokenizer(stuck == "tokenizing" ? Stick : () => { }),
            BeforeCall = call => { if (call == "open" && stuck == "opening") Stick(); },
            BeforeRun = n => { if ((n, stuck) is (0, "prefill") or (2, "decoding")) Stick(); },
        };
        await using var guard = Toy.Guard(model, ScriptedMonitor.Saying(VerdictAction.Continue), time);

        var generating = guard.GenerateAsync(Toy.Request(new SafetyPolicy()) with { Timeout = TimeSpan.FromSeconds(5) });
        await stuckNow.WaitAsync(TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.False(generating.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));

        var error = await Assert.ThrowsAsync<TimeoutException>(() => generating);
        Assert.Contains("00:00:05", error.Message, StringComparison.Ordinal);
        end.Set();
        await UntilAsync(() => model.OpenSessions == 0);
    }

    [Fact]
    public async Task A_stream_that_is_left_lying_about_ends_by_itself()
    {
        var model = new ToyModel { EndOdds = 0 };
        await using var guard = Toy.Guard(model, ScriptedMonitor.Saying(VerdictAction.Continue));

        var updates = guard.StreamAsync(Toy.Request(new SafetyPolicy())).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await updates.MoveNextAsync());

        await UntilAsync(() => model.OpenSessions == 0);
        GC.KeepAlive(updates);
    }

    [Fact]
    public async Task What_a_forgotten_stream_holds_is_free_once_the_guard_is_drained()
    {
        using var goOn = new ManualResetEventSlim();
        var model = new ToyModel { EndOdds = 0, BeforeRun = n => { if (n == 2) goOn.Wait(); } };
        var guard = Toy.Guard(model, ScriptedMonitor.Saying(VerdictAction.Continue));
        var updates = guard.StreamAsync(Toy.Request(new SafetyPolicy())).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await updates.MoveNextAsync());

        await guard.DisposeAsync();
        var drained = guard.DrainAsync(TestContext.Current.CancellationToken);
        Assert.False(drained.IsCompleted);
        Assert.Equal(0, model.Disposals);
        goOn.Set();
        await drained;

        Assert.Equal(1, model.Disposals);
        GC.KeepAlive(updates);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_log_that_throws_leaves_nobody_waiting(bool modelFails)
    {
        using var folder = Toy.WriteBundle();
        var model = new ToyModel { EndOdds = 0, BeforeRun = _ => { if (modelFails) throw new SafeSwitchException("broken"); } };
        // Its clock stands still: no time limit ends the wait.
        await using var guard = new GuardedModel(
            new LoadedBundle(Bundle.Read(folder.Path), model, []), ScriptedMonitor.Saying(VerdictAction.Continue), time: new FakeTimeProvider(), logger: new ThrowingLog());

        var error = await Assert.ThrowsAnyAsync<Exception>(() => guard.GenerateAsync(Toy.Request(new SafetyPolicy())).WaitAsync(Watchdog, TestContext.Current.CancellationToken));

        Assert.Equal(modelFails ? "broken" : "full", error.Message);
        await guard.DrainAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_stream_can_be_read_again()
    {
        await using var guard = Toy.Guard(new ToyModel { EndOdds = 0 }, ScriptedMonitor.Saying(VerdictAction.Continue));
        var updates = guard.StreamAsync(Toy.Request(new SafetyPolicy()));

        Assert.Equal(
            await updates.Select(u => u.Text).ToListAsync(TestContext.Current.CancellationToken),
            await updates.Select(u => u.Text).ToListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_activity_is_current_in_every_part_of_the_request_and_never_its_callers()
    {
        using var stopped = new Stopped();
        using var host = new Activity("host").Start();
        var seen = new List<Activity?>();
        await using var guard = Toy.Guard(new ToyModel { EndOdds = 0 }, new ScriptedMonitor(async (c, _) =>
        {
            await Task.Yield();
            lock (seen)
                seen.Add(Activity.Current);
            return ScriptedMonitor.Verdict(c, VerdictAction.Continue);
        }));

        await foreach (var update in guard.StreamAsync(Toy.Request(new SafetyPolicy { WatchEvery = 2 })))
            Assert.Same(host, Activity.Current);

        Assert.Same(host, Activity.Current);
        Assert.Equal(11, seen.Count);
        Assert.All(seen, a => Assert.Equal((SafeSwitchTelemetry.ActivityName, host.Id), (a?.OperationName, a?.ParentId)));
        Assert.Single(stopped.Of(host));
    }

    [Theory]
    [InlineData("answered", null)]
    [InlineData("fails", "System.InvalidOperationException")]
    [InlineData("too long", "SafeSwitch.Backends.PromptTooLongException")]
    [InlineData("cancelled", "cancelled")]
    [InlineData("abandoned", "abandoned")]
    [InlineData("timeout", "timeout")]
    public async Task Every_request_is_recorded_once_with_how_it_ended(string how, string? expected)
    {
        var policy = $"policy of '{how}'";
        using var requests = new MetricCollector<long>(null, SafeSwitchTelemetry.MeterName, "safeswitch.requests");
        using var durations = new MetricCollector<double>(null, SafeSwitchTelemetry.MeterName, "gen_ai.server.request.duration");
        using var stopped = new Stopped();
        using var host = new Activity("host").Start();
        var time = new FakeTimeProvider();
        using var source = new CancellationTokenSource();
        var model = new ToyModel
        {
            EndOdds = 0,
            BeforeRun = n =>
            {
                if (n < 5)
                    return;
                if (how == "fails")
                    throw new InvalidOperationException("broken");
                if (how == "cancelled")
                    source.Cancel();
                if (how == "timeout")
                    time.Advance(TimeSpan.FromHours(1));
                // Else the whole answer may be there before its reader has gone.
                if (how == "abandoned")
                    SpinWait.SpinUntil(() => stopped.Of(host).Count > 0, TimeSpan.FromSeconds(30));
            },
        };
        using var folder = Toy.WriteBundle();
        await using var guard = new GuardedModel(
            new(SafeSwitch.Bundles.Bundle.Read(folder.Path), model, []), ScriptedMonitor.Saying(VerdictAction.Continue), () => new PolicySet([new(policy, new SafetyPolicy())], policy), time);
        var request = Toy.Request() with { PolicyName = policy };
        if (how == "too long")
            request = request with { Messages = [SafeSwitch.Backends.PromptMessage.User(new string('x', 70))] };

        try
        {
            await foreach (var update in guard.StreamAsync(request, source.Token))
            {
                if (how == "abandoned")
                    break;
            }
        }
        catch (Exception e) when (e is SafeSwitchException or InvalidOperationException or OperationCanceledException or TimeoutException)
        {
        }

        await UntilAsync(() => stopped.Of(host).Count > 0);
        var recorded = Assert.Single(requests.GetMeasurementSnapshot(), m => Equals(m.Tags["safeswitch.policy"], policy));
        Assert.Equal(expected, recorded.Tags.GetValueOrDefault("error.type"));
        Assert.Equal("toy", recorded.Tags["gen_ai.request.model"]);
        Assert.Single(durations.GetMeasurementSnapshot(), m => Equals(m.Tags["safeswitch.policy"], policy));
        var activity = Assert.Single(stopped.Of(host));
        Assert.Equal(expected, activity.GetTagItem("error.type"));
        Assert.Equal(expected is null ? ActivityStatusCode.Unset : ActivityStatusCode.Error, activity.Status);
    }

    [Fact]
    public async Task Scores_and_tokens_are_measured_by_stage_and_kind()
    {
        const string policy = "measured";
        using var scores = new MetricCollector<double>(null, SafeSwitchTelemetry.MeterName, "safeswitch.score");
        using var tokens = new MetricCollector<long>(null, SafeSwitchTelemetry.MeterName, "safeswitch.tokens");
        using var folder = Toy.WriteBundle();
        await using var guard = new GuardedModel(
            new(SafeSwitch.Bundles.Bundle.Read(folder.Path), new ToyModel { EndOdds = 0 }, []),
            new ScriptedMonitor((c, _) => new(ScriptedMonitor.Verdict(c, c.Stage == MonitorStage.Prompt ? VerdictAction.Pilot : VerdictAction.Intervene) with { ResponseScore = 0.75f })),
            () => new PolicySet([new(policy, new SafetyPolicy())], policy));

        await guard.GenerateAsync(Toy.Request() with { PolicyName = policy });

        Assert.Equal(
            [("Prompt", 0.25), ("Response", 0.75)],
            scores.GetMeasurementSnapshot().Where(m => Equals(m.Tags["safeswitch.policy"], policy)).Select(m => ((string)m.Tags["safeswitch.stage"]!, m.Value)));
        Assert.Equal(
            [("input", 7), ("output", 20), ("discarded", 3)],
            tokens.GetMeasurementSnapshot().Where(m => Equals(m.Tags["safeswitch.policy"], policy)).Select(m => ((string)m.Tags["gen_ai.token.type"]!, m.Value)));
    }

    [Fact]
    public async Task Every_instrument_and_tag_is_documented()
    {
        var documented = File.ReadAllText(Fixtures.Repository("docs", "telemetry.md"));
        var instruments = new List<string>();
        using var meters = new System.Diagnostics.Metrics.MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == SafeSwitchTelemetry.MeterName)
                    instruments.Add(instrument.Name);
            },
        };
        meters.Start();
        using var stopped = new Stopped();
        using var host = new Activity("host").Start();
        await using var guard = Toy.Guard(new ToyModel { EndOdds = 0 }, ScriptedMonitor.Saying(VerdictAction.Pilot, VerdictAction.Intervene));

        await guard.GenerateAsync(Toy.Request(new SafetyPolicy(), seed: 3));

        await UntilAsync(() => stopped.Of(host).Count > 0);
        var activity = stopped.Of(host)[0];
        var evaluations = activity.Events.Where(e => e.Name == "gen_ai.evaluation.result").ToArray();
        Assert.Equal(["Pilot", "Intervene"], evaluations.Select(e => e.Tags.Single(t => t.Key == "gen_ai.evaluation.score.label").Value));
        var tags = activity.TagObjects.Select(t => t.Key).Concat(evaluations.SelectMany(e => e.Tags.Select(t => t.Key))).ToArray();
        Assert.True(instruments.Count >= 7 && tags.Length >= 15);
        Assert.All(instruments.Concat(tags), name => Assert.Contains($"`{name}`", documented, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_activity_says_everything_of_its_request()
    {
        using var stopped = new Stopped();
        using var host = new Activity("host").Start();
        await using var guard = Toy.Guard(new ToyModel { EndOdds = 0 }, ScriptedMonitor.Saying(VerdictAction.Pilot, VerdictAction.Intervene));

        var result = await guard.GenerateAsync(Toy.Request(new SafetyPolicy { Intervention = Intervention.Stop }, seed: 3), TestContext.Current.CancellationToken);

        await UntilAsync(() => stopped.Of(host).Count > 0);
        var said = stopped.Of(host)[0].TagObjects.ToDictionary(t => t.Key, t => t.Value is string[] list ? string.Join(',', list) : t.Value);
        var expected = new Dictionary<string, object?>
        {
            ["gen_ai.operation.name"] = "chat",
            ["gen_ai.provider.name"] = "safeswitch",
            ["gen_ai.request.model"] = "toy",
            ["safeswitch.policy"] = "request",
            ["gen_ai.request.max_tokens"] = 20,
            ["gen_ai.request.temperature"] = 0.9f,
            ["gen_ai.request.top_p"] = 0.9f,
            ["gen_ai.request.top_k"] = 40,
            ["gen_ai.request.seed"] = 3,
            ["gen_ai.response.model"] = "toy",
            ["gen_ai.response.finish_reasons"] = "content_filter",
            ["gen_ai.usage.input_tokens"] = result.Usage.PromptTokens,
            ["gen_ai.usage.output_tokens"] = 0,
            ["safeswitch.usage.discarded_tokens"] = 3,
            ["safeswitch.intervened"] = true,
            ["safeswitch.prompt_score"] = result.Verdict!.PromptScore,
            ["safeswitch.response_score"] = result.Verdict.ResponseScore,
            ["safeswitch.out_of_distribution"] = false,
            ["safeswitch.monitor_failed"] = false,
        };
        Assert.Equal(expected.Where(e => e.Value is not null).OrderBy(e => e.Key, StringComparer.Ordinal), said.Where(e => e.Value is not null).OrderBy(e => e.Key, StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_listener_that_throws_as_a_request_begins_leaves_nobody_waiting()
    {
        // Listeners hear every request of the process: this one minds its own.
        var isMine = new AsyncLocal<bool> { Value = true };
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name == SafeSwitchTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => isMine.Value ? throw new IOException("full") : ActivitySamplingResult.None,
        };
        ActivitySource.AddActivityListener(listener);
        await using var guard = Toy.Guard(new ToyModel(), ScriptedMonitor.Saying(VerdictAction.Continue), new FakeTimeProvider());

        await Assert.ThrowsAsync<IOException>(() => guard.GenerateAsync(Toy.Request(new SafetyPolicy())).WaitAsync(Watchdog, TestContext.Current.CancellationToken));

        await guard.DrainAsync(TestContext.Current.CancellationToken);
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        while (!holds())
            await Task.Delay(5, TestContext.Current.CancellationToken);
    }

    /// <summary>Activities of ours that ended; other tests' are told by their parent.</summary>
    private sealed class Stopped : IDisposable
    {
        private readonly List<Activity> activities = [];
        private readonly ActivityListener listener;

        public Stopped()
        {
            listener = new ActivityListener
            {
                ShouldListenTo = s => s.Name == SafeSwitchTelemetry.ActivitySourceName,
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = a =>
                {
                    lock (activities)
                        activities.Add(a);
                },
            };
            ActivitySource.AddActivityListener(listener);
        }

        public IReadOnlyList<Activity> Of(Activity parent)
        {
            lock (activities)
                return [.. activities.Where(a => a.ParentId == parent.Id)];
        }

        public void Dispose() => listener.Dispose();
    }

    private sealed class StuckTokenizer(Action stick) : SafeSwitch.Backends.IPromptTokenizer
    {
        public SafeSwitch.Backends.EncodedPrompt Encode(IReadOnlyList<SafeSwitch.Backends.PromptMessage> messages)
        {
            stick();
            return new ToyTokenizer().Encode(messages);
        }

        public SafeSwitch.Backends.ITokenTextStream CreateTextStream() => new ToyTokenizer().CreateTextStream();
    }

    private sealed class ThrowingLog : ILogger<GuardedModel>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                throw new IOException("full");
        }
    }
}
