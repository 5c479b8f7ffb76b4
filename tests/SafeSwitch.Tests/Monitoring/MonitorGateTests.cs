using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using SafeSwitch.Backends;
using SafeSwitch.Guard;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Tests.Monitoring;

public class MonitorGateTests
{
    public static TheoryData<string> Faults => [.. Scripts.Keys];

    private static Dictionary<string, Func<MonitorContext, CancellationToken, ValueTask<SafetyVerdict>>> Scripts { get; } = new()
    {
        ["throws"] = (_, _) => throw new InvalidOperationException("probe broken"),
        ["throws later"] = async (_, _) => { await Task.Yield(); throw new InvalidOperationException("probe broken"); },
        ["cancels itself"] = (_, _) => throw new OperationCanceledException(),
        ["null"] = (_, _) => new((SafetyVerdict)null!),
        ["NaN"] = (c, _) => new(ScriptedMonitor.Verdict(c, VerdictAction.Continue) with { PromptScore = float.NaN }),
        ["above 1"] = (c, _) => new(ScriptedMonitor.Verdict(c, VerdictAction.Continue) with { ResponseScore = 1.5f }),
        ["no action"] = (c, _) => new(ScriptedMonitor.Verdict(c, (VerdictAction)9)),
        ["other stage"] = (c, _) => new(ScriptedMonitor.Verdict(c, VerdictAction.Continue) with { Stage = (MonitorStage)(1 - (int)c.Stage) }),
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_monitor_that_fails_counts_as_unsafe(string fault)
    {
        var logger = new FakeLogger<GuardedModel>();
        await using var guard = Guard(Scripts[fault], logger);

        var result = await guard.GenerateAsync(Toy.Request(new SafetyPolicy { Intervention = Intervention.FixedRefusal }));

        Assert.True(result.Intervened);
        Assert.True(result.Verdict!.IsError);
        Assert.Equal(FinishReason.FixedRefusal, result.FinishReason);
        Assert.Contains(logger.Collector.GetSnapshot(), r => r.Level == Microsoft.Extensions.Logging.LogLevel.Error);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_failed_monitor_lets_the_answer_go_where_the_host_chose_so(string fault)
    {
        await using var guard = Guard(Scripts[fault]);
        var request = Toy.Request(new SafetyPolicy { FailureMode = FailureMode.Open });

        var result = await guard.GenerateAsync(request);

        Assert.Equal((await guard.GenerateAsync(request with { Unguarded = true })).Tokens, result.Tokens);
        Assert.True(result.Verdict!.IsError);
    }

    [Fact]
    public async Task A_failure_at_the_response_stage_discards_the_pilot()
    {
        await using var guard = Guard((c, _) => c.Stage == MonitorStage.Prompt
            ? new(ScriptedMonitor.Verdict(c, VerdictAction.Pilot))
            : throw new InvalidOperationException("probe broken"));

        var result = await guard.GenerateAsync(Toy.Request(new SafetyPolicy { Intervention = Intervention.Stop }));

        Assert.Equal("", result.Text);
        Assert.Equal(0.25f, result.Verdict!.PromptScore);
        Assert.Contains("Response stage", result.Verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_monitor_that_takes_too_long_is_told_to_stop_and_counts_as_unsafe()
    {
        var time = new FakeTimeProvider();
        var asked = new TaskCompletionSource();
        var told = new TaskCompletionSource();
        await using var guard = Toy.Guard(new ToyModel(), new ScriptedMonitor(async (c, token) =>
        {
            token.Register(() => told.SetResult());
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, CancellationToken.None);
            return ScriptedMonitor.Verdict(c, VerdictAction.Continue);
        }), time);

        var generating = guard.GenerateAsync(Toy.Request(new SafetyPolicy { MonitorTimeout = TimeSpan.FromSeconds(2), Intervention = Intervention.Stop }));
        await asked.Task;
        await AdvanceUntilAsync(time, generating);
        var result = await generating;

        await told.Task;
        Assert.True(result.Verdict!.IsError);
        Assert.Equal(FinishReason.Stopped, result.FinishReason);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_monitor_that_blocks_or_never_ends_is_left_to_itself_when_its_time_is_over(bool blocks)
    {
        var time = new FakeTimeProvider();
        using var asked = new SemaphoreSlim(0);
        using var end = new ManualResetEventSlim();
        await using var guard = Toy.Guard(new ToyModel(), new ScriptedMonitor((c, token) =>
        {
            // Nor does a callback that hangs hold the request up.
            token.Register(() => end.Wait(CancellationToken.None));
            asked.Release();
            if (blocks)
                end.Wait(CancellationToken.None);
            return new(new TaskCompletionSource<SafetyVerdict>().Task);
        }), time);

        var generating = guard.GenerateAsync(Toy.Request(new SafetyPolicy { MonitorTimeout = TimeSpan.FromSeconds(2), Intervention = Intervention.Stop }));
        await asked.WaitAsync();
        await AdvanceUntilAsync(time, generating);
        var result = await generating;
        end.Set();

        Assert.True(result.Verdict!.IsError);
        Assert.Contains("00:00:02", result.Verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_time_out_of_the_monitors_own_is_not_told_as_ours()
    {
        await using var guard = Guard((_, _) => throw new TimeoutException("the second model did not answer"));

        var result = await guard.GenerateAsync(Toy.Request(new SafetyPolicy()));

        Assert.Contains("it threw TimeoutException", result.Verdict!.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("longer", result.Verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_monitor_that_changes_its_policy_changes_nothing()
    {
        await using var guard = Guard((c, _) =>
        {
            (c.Policy.FailureMode, c.Policy.Intervention, c.Policy.FixedRefusal, c.Policy.PilotTokens, c.Policy.WatchEvery, c.Policy.MonitorTimeout) =
                (FailureMode.Open, Intervention.ObserveOnly, null!, -5, -1, TimeSpan.MaxValue);
            return c.Stage == MonitorStage.Prompt ? new(ScriptedMonitor.Verdict(c, VerdictAction.Pilot)) : throw new InvalidOperationException("broken");
        });
        var policy = new SafetyPolicy { Intervention = Intervention.FixedRefusal, FixedRefusal = "No.", PilotTokens = 4 };

        var result = await guard.GenerateAsync(Toy.Request(policy));

        Assert.Equal("No.", result.Text);
        Assert.Equal(4, result.Usage.DiscardedTokens);
        Assert.Equal((FailureMode.Closed, 4), (policy.FailureMode, policy.PilotTokens));
    }

    [Fact]
    public async Task A_monitor_that_goes_on_past_its_time_reads_no_other_requests_states()
    {
        var time = new FakeTimeProvider();
        using var asked = new SemaphoreSlim(0);
        using var goOn = new ManualResetEventSlim();
        var late = new TaskCompletionSource<(float[] Before, float[] After, Exception? Unread)>();
        await using var guard = Toy.Guard(new ToyModel { EndOdds = 0 }, new LateReader(asked, goOn, late), time);
        var request = Toy.Request(new SafetyPolicy { MonitorTimeout = TimeSpan.FromSeconds(2), FailureMode = FailureMode.Open, WatchEvery = 2 });

        var generating = guard.GenerateAsync(request);
        await asked.WaitAsync();
        await AdvanceUntilAsync(time, generating);
        goOn.Set();

        var (before, after, unread) = await late.Task;
        Assert.NotEmpty(before);
        Assert.Equal(before, after);
        Assert.IsType<ObjectDisposedException>(unread);
    }

    [Fact]
    public async Task The_mask_is_all_ones_at_the_response_stage()
    {
        var masks = new List<float[]>();
        await using var guard = Guard((c, _) =>
        {
            masks.Add(c.ContentMask.ToArray());
            return new(ScriptedMonitor.Verdict(c, VerdictAction.Continue));
        });

        await guard.GenerateAsync(Toy.Request(new SafetyPolicy { WatchEvery = 2 }, maxNewTokens: 3));

        Assert.Equal([[0, 1, 1, 1, 1, 1, 0], [1, 1], [1]], masks);
    }

    [Fact]
    public async Task The_caller_giving_up_is_not_a_failure_of_the_monitor()
    {
        using var source = new CancellationTokenSource();
        var model = new ToyModel();
        await using var guard = Toy.Guard(model, new ScriptedMonitor(async (c, token) =>
        {
            await source.CancelAsync();
            await Task.Delay(Timeout.Infinite, token);
            return ScriptedMonitor.Verdict(c, VerdictAction.Continue);
        }));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => guard.GenerateAsync(Toy.Request(new SafetyPolicy()), source.Token));
        Assert.Equal(0, model.OpenSessions);
    }

    [Fact]
    public async Task Logs_and_verdicts_hold_no_text_of_the_request()
    {
        const string secret = "zanzibar";
        var logger = new FakeLogger<GuardedModel>();
        await using var guard = Guard((c, _) => new(ScriptedMonitor.Verdict(c, VerdictAction.Intervene)), logger);

        var result = await guard.GenerateAsync(Toy.Request(new SafetyPolicy()) with { Messages = [PromptMessage.User(secret)] });

        Assert.NotEmpty(logger.Collector.GetSnapshot());
        Assert.DoesNotContain(logger.Collector.GetSnapshot(), r => r.Message.Contains(secret, StringComparison.Ordinal) || r.Message.Contains(result.Text, StringComparison.Ordinal));
        Assert.DoesNotContain(secret, result.Verdict!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_monitor_that_reads_what_the_model_lacks_is_refused_when_the_guard_is_made()
    {
        var model = new ToyModel();
        model = new ToyModel { Info = model.Info with { HiddenStates = [ToyModel.PromptState] } };

        var error = Assert.Throws<SafeSwitchException>(() => Toy.Guard(model, ScriptedMonitor.Saying(VerdictAction.Continue)));

        Assert.Contains(ToyModel.ResponseState, error.Message, StringComparison.Ordinal);
    }

    // The clock is moved until the request ends: when a wait begins is the scheduler's affair.
    private static async Task AdvanceUntilAsync(FakeTimeProvider time, Task task)
    {
        while (!task.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1);
        }
    }

    private sealed class LateReader(
        SemaphoreSlim asked, ManualResetEventSlim goOn, TaskCompletionSource<(float[], float[], Exception?)> late) : ISafetyMonitor
    {
        public IReadOnlyList<string> GetHiddenStates(MonitorStage stage) => [ToyModel.PromptState, ToyModel.ResponseState];

        public ValueTask<SafetyVerdict> InspectAsync(MonitorContext context, CancellationToken cancellationToken)
        {
            if (context.Stage == MonitorStage.Response && !late.Task.IsCompleted && asked.CurrentCount == 0)
            {
                var read = context.GetHiddenStates(ToyModel.ResponseState);
                var before = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(read.Data).ToArray();
                asked.Release();
                goOn.Wait(CancellationToken.None);
                var after = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(read.Data).ToArray();
                late.TrySetResult((before, after, Record.Exception(() => context.GetHiddenStates(ToyModel.PromptState).Data.ToArray())));
            }

            return new(ScriptedMonitor.Verdict(context, VerdictAction.Continue));
        }
    }

    private static GuardedModel Guard(
        Func<MonitorContext, CancellationToken, ValueTask<SafetyVerdict>> script, FakeLogger<GuardedModel>? logger = null)
    {
        using var folder = Toy.WriteBundle();
        return new GuardedModel(
            new LoadedBundle(SafeSwitch.Bundles.Bundle.Read(folder.Path), new ToyModel { EndOdds = 0 }, []), new ScriptedMonitor(script), logger: logger);
    }
}
