using CsCheck;
using SafeSwitch.Backends;
using SafeSwitch.Guard;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Tests.Guard;

public class GuardedRunTests
{
    private static readonly Gen<(int Pilot, int Watch, int? Seed, int EndOdds, int Limit)> Settings =
        Gen.Select(Gen.Int[1, 6], Gen.Int[0, 5], Gen.Int[0, 1000].Nullable(), Gen.Int[0, 12], Gen.Int[1, 24]);

    [Fact]
    public Task Cleared_answer_equals_the_unguarded_one() => Settings.SampleAsync(async s =>
    {
        var model = new ToyModel { EndOdds = s.EndOdds };
        var policy = new SafetyPolicy { PilotTokens = s.Pilot, WatchEvery = s.Watch };
        await using var guard = Toy.Guard(model, ScriptedMonitor.Saying(VerdictAction.Pilot, VerdictAction.Continue));
        var request = Toy.Request(policy, s.Limit, s.Seed);

        var guarded = await guard.GenerateAsync(request);
        var unguarded = await guard.GenerateAsync(request with { Unguarded = true });

        Assert.Equal(unguarded.Tokens, guarded.Tokens);
        Assert.Equal(unguarded.Text, guarded.Text);
        Assert.Equal(unguarded.FinishReason, guarded.FinishReason);
        Assert.False(guarded.Intervened);
        Assert.Equal(0, model.OpenSessions);
    }, iter: Samples.Of(200));

    [Fact]
    public Task Intervened_answer_equals_one_with_the_adapter_from_the_first_token() => Settings.SampleAsync(async s =>
    {
        var policy = new SafetyPolicy { PilotTokens = s.Pilot };
        var model = new ToyModel { EndOdds = s.EndOdds };
        await using var twoStages = Toy.Guard(model, ScriptedMonitor.Saying(VerdictAction.Pilot, VerdictAction.Intervene));
        await using var oneStage = Toy.Guard(model, ScriptedMonitor.Saying(VerdictAction.Intervene));
        var request = Toy.Request(policy, s.Limit, s.Seed);

        var piloted = await twoStages.GenerateAsync(request);
        var atOnce = await oneStage.GenerateAsync(request);
        var unguarded = await oneStage.GenerateAsync(request with { Unguarded = true });

        // A model that ends its answer at once has said nothing to judge.
        if (unguarded.Tokens.Count == 0)
            return;
        Assert.Equal(atOnce.Tokens, piloted.Tokens);
        Assert.True(piloted.Intervened);
        Assert.Equal(Math.Min(s.Pilot, unguarded.Tokens.Count), piloted.Usage.DiscardedTokens);
        Assert.Equal(0, atOnce.Usage.DiscardedTokens);
    }, iter: Samples.Of(200));

    [Fact]
    public async Task No_token_of_a_discarded_pilot_is_released()
    {
        var model = new ToyModel { EndOdds = 0 };
        await using var guard = Toy.Guard(model, ScriptedMonitor.Saying(VerdictAction.Pilot, VerdictAction.Intervene));
        var request = Toy.Request(new SafetyPolicy { PilotTokens = 5, Intervention = Intervention.FixedRefusal, FixedRefusal = "No." });

        var released = new List<string>();
        GenerationResult? result = null;
        await foreach (var update in guard.StreamAsync(request))
        {
            if (update.Result is null)
                released.Add(update.Text);
            result = update.Result;
        }

        Assert.Equal(["No."], released);
        Assert.Equal("No.", result!.Text);
        Assert.Empty(result.Tokens);
        Assert.Equal(FinishReason.FixedRefusal, result.FinishReason);
        Assert.Equal(5, result.Usage.DiscardedTokens);
    }

    [Fact]
    public Task Streamed_text_is_the_result_and_watching_releases_only_what_was_cleared() => Settings.SampleAsync(async s =>
    {
        var watch = Math.Max(1, s.Watch);
        var model = new ToyModel { EndOdds = 0 };
        var monitor = ScriptedMonitor.Saying(
            VerdictAction.Continue, VerdictAction.Continue, VerdictAction.Continue, VerdictAction.Intervene);
        await using var guard = Toy.Guard(model, monitor);
        var request = Toy.Request(new SafetyPolicy { WatchEvery = watch, Intervention = Intervention.Stop }, s.Limit, s.Seed);

        var text = "";
        GenerationResult? result = null;
        await foreach (var update in guard.StreamAsync(request))
        {
            text += update.Text;
            result = update.Result;
        }

        var unguarded = await guard.GenerateAsync(request with { Unguarded = true });
        var cleared = s.Limit > 2 * watch ? 2 * watch : s.Limit;
        Assert.Equal(text, result!.Text);
        Assert.Equal(unguarded.Tokens.Take(cleared), result.Tokens);
        Assert.Equal(s.Limit > 2 * watch ? FinishReason.Stopped : FinishReason.Length, result.FinishReason);
    }, iter: Samples.Of(200));

    [Fact]
    public Task A_refusal_in_the_middle_is_the_one_that_the_prompt_would_have_got() => Settings.SampleAsync(async s =>
    {
        var watch = Math.Max(1, s.Watch);
        var model = new ToyModel { EndOdds = 0 };
        await using var guard = Toy.Guard(model, ScriptedMonitor.Saying(
            VerdictAction.Continue, VerdictAction.Continue, VerdictAction.Intervene, VerdictAction.Continue));
        await using var atOnce = Toy.Guard(model, ScriptedMonitor.Saying(VerdictAction.Intervene));
        var request = Toy.Request(new SafetyPolicy { WatchEvery = watch }, 2 * watch + 7, s.Seed);

        var result = await guard.GenerateAsync(request);
        var unguarded = await guard.GenerateAsync(request with { Unguarded = true });
        var refusal = await atOnce.GenerateAsync(request with { Policy = new SafetyPolicy() });

        Assert.Equal(unguarded.Tokens.Take(watch), result.Tokens.Take(watch));
        Assert.Equal(refusal.Tokens.Take(watch + 7), result.Tokens.Skip(watch));
        Assert.Equal(watch, result.Usage.DiscardedTokens);
        Assert.Equal($"{Text(result.Tokens.Take(watch))}…\n\n{Text(result.Tokens.Skip(watch))}", result.Text);

        static string Text(IEnumerable<int> tokens) => string.Concat(tokens.Select(t => $"{t} "));
    }, iter: Samples.Of(100));

    [Fact]
    public async Task A_refusal_that_does_not_pass_ends_in_the_fixed_one()
    {
        await using var guard = Toy.Guard(new ToyModel { EndOdds = 0 }, ScriptedMonitor.Saying(
            VerdictAction.Intervene, VerdictAction.Continue, VerdictAction.Intervene));
        var request = Toy.Request(new SafetyPolicy { WatchEvery = 3, FixedRefusal = "No." });

        var result = await guard.GenerateAsync(request);

        Assert.Equal(3, result.Tokens.Count);
        Assert.Equal(3, result.Usage.DiscardedTokens);
        Assert.EndsWith("…\n\nNo.", result.Text, StringComparison.Ordinal);
        Assert.Equal(FinishReason.FixedRefusal, result.FinishReason);
    }

    [Fact]
    public async Task The_response_stage_sees_the_pilot_as_one_sequence()
    {
        var monitor = ScriptedMonitor.Saying(VerdictAction.Pilot, VerdictAction.Continue);
        await using var guard = Toy.Guard(new ToyModel { EndOdds = 0 }, monitor);

        var result = await guard.GenerateAsync(Toy.Request(new SafetyPolicy { PilotTokens = 3 }));

        Assert.Equal(2, monitor.Seen.Count);
        Assert.Equal(7, monitor.Seen[0].Tokens.Length);
        Assert.Equal(result.Tokens.Take(3).Select(t => (float)t), monitor.Seen[1].Tokens);
        Assert.Equal(3, monitor.Seen[1].AnswerTokens);
    }

    [Fact]
    public async Task A_refusal_ends_after_its_tokens_and_the_model_does_not_go_on()
    {
        var model = new ToyModel { EndOdds = 0 };
        await using var guard = Toy.Guard(model, ScriptedMonitor.Saying(VerdictAction.Intervene));

        var whole = await guard.GenerateAsync(Toy.Request(new SafetyPolicy()));
        var brief = await guard.GenerateAsync(Toy.Request(new SafetyPolicy { AdapterTokens = 4 }));

        Assert.Equal(20, whole.Tokens.Count);
        Assert.Equal(whole.Tokens.Take(4), brief.Tokens);
        Assert.Equal(FinishReason.Length, brief.FinishReason);
    }

    [Fact]
    public async Task Observing_reports_and_changes_nothing()
    {
        await using var guard = Toy.Guard(new ToyModel(), ScriptedMonitor.Saying(VerdictAction.Intervene));
        var request = Toy.Request(new SafetyPolicy { Intervention = Intervention.ObserveOnly });

        var observed = await guard.GenerateAsync(request);
        var unguarded = await guard.GenerateAsync(request with { Unguarded = true });

        Assert.Equal(unguarded.Tokens, observed.Tokens);
        Assert.Equal(VerdictAction.Intervene, observed.Verdict!.Action);
        Assert.False(observed.Intervened);
    }

    [Fact]
    public async Task Intervening_at_the_prompt_costs_one_step()
    {
        var model = new ToyModel { EndOdds = 0 };
        await using var guard = Toy.Guard(model, ScriptedMonitor.Saying(VerdictAction.Intervene));
        await using var piloting = Toy.Guard(model, ScriptedMonitor.Saying(VerdictAction.Pilot, VerdictAction.Intervene));
        var request = Toy.Request(new SafetyPolicy { PilotTokens = 3 }, maxNewTokens: 10);

        var unguarded = await guard.GenerateAsync(request with { Unguarded = true });

        Assert.Equal(unguarded.Usage.DecodeSteps + 1, (await guard.GenerateAsync(request)).Usage.DecodeSteps);
        Assert.Equal(unguarded.Usage.DecodeSteps + 3 + 1, (await piloting.GenerateAsync(request)).Usage.DecodeSteps);
    }

    [Fact]
    public async Task Cancelling_at_any_run_closes_the_session_and_leaves_the_next_request_alone()
    {
        var model = new ToyModel { EndOdds = 0 };
        await using var guard = Toy.Guard(model, new PilotThenIntervene());
        var request = Toy.Request(new SafetyPolicy(), maxNewTokens: 6);
        var expected = await guard.GenerateAsync(request);

        for (var run = 0; run <= expected.Usage.DecodeSteps; run++)
        {
            using var source = new CancellationTokenSource();
            model.BeforeRun = n =>
            {
                if (n == run)
                    source.Cancel();
            };
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => guard.GenerateAsync(request, source.Token));
            model.BeforeRun = null;
            Assert.Equal(0, model.OpenSessions);
            Assert.Equal(expected.Tokens, (await guard.GenerateAsync(request)).Tokens);
        }
    }

    [Fact]
    public async Task A_run_that_fails_closes_the_session()
    {
        var model = new ToyModel { BeforeRun = n => { if (n == 2) throw new InvalidOperationException("disk gone"); } };
        await using var guard = Toy.Guard(model, ScriptedMonitor.Saying(VerdictAction.Pilot, VerdictAction.Continue));

        await Assert.ThrowsAsync<InvalidOperationException>(() => guard.GenerateAsync(Toy.Request(new SafetyPolicy())));

        Assert.Equal(0, model.OpenSessions);
    }

    [Fact]
    public async Task Leaving_a_stream_early_closes_the_session()
    {
        var model = new ToyModel { EndOdds = 0 };
        await using var guard = Toy.Guard(model, ScriptedMonitor.Saying(VerdictAction.Continue));

        await foreach (var update in guard.StreamAsync(Toy.Request(new SafetyPolicy())))
        {
            Assert.NotEmpty(update.Text);
            break;
        }

        Assert.Equal(0, model.OpenSessions);
    }

    [Fact]
    public async Task A_prompt_that_fills_the_context_is_refused_before_it_runs()
    {
        var model = new ToyModel();
        await using var guard = Toy.Guard(model, ScriptedMonitor.Saying(VerdictAction.Continue));
        var request = Toy.Request() with { Messages = [SafeSwitch.Backends.PromptMessage.User(new string('x', 62))] };

        var error = await Assert.ThrowsAsync<PromptTooLongException>(() => guard.GenerateAsync(request));

        Assert.Equal(64, error.PromptTokens);
        Assert.Equal(64, error.ContextLength);
        Assert.Equal(0, model.Opened);
    }

    [Fact]
    public async Task An_answer_ends_where_the_context_does()
    {
        await using var guard = Toy.Guard(new ToyModel { EndOdds = 0 }, ScriptedMonitor.Saying(VerdictAction.Continue));
        var request = Toy.Request(new SafetyPolicy(), maxNewTokens: 1000) with { Messages = [SafeSwitch.Backends.PromptMessage.User(new string('x', 60))] };

        var result = await guard.GenerateAsync(request);

        Assert.Equal(FinishReason.Length, result.FinishReason);
        Assert.Equal(2, result.Tokens.Count);
    }

    [Fact]
    public async Task A_stop_string_ends_the_answer_and_is_not_part_of_it()
    {
        await using var guard = Toy.Guard(new ToyModel { EndOdds = 0 }, ScriptedMonitor.Saying(VerdictAction.Continue));
        var whole = await guard.GenerateAsync(Toy.Request(new SafetyPolicy()));
        var stop = $" {whole.Tokens[5]} ";

        var result = await guard.GenerateAsync(Toy.Request(new SafetyPolicy()) with { StopStrings = [stop, "never"] });

        Assert.Equal(FinishReason.StopString, result.FinishReason);
        Assert.Equal(whole.Text[..whole.Text.IndexOf(stop, StringComparison.Ordinal)], result.Text);
    }

    [Fact]
    public async Task Bad_requests_are_refused_at_once()
    {
        await using var guard = Toy.Guard(new ToyModel(), ScriptedMonitor.Saying(VerdictAction.Continue));

        Assert.Throws<ArgumentException>(() => guard.StreamAsync(Toy.Request() with { Messages = [] }));
        Assert.Throws<ArgumentException>(() => guard.StreamAsync(Toy.Request() with { Messages = [new("", "x")] }));
        Assert.Throws<ArgumentException>(() => guard.StreamAsync(Toy.Request() with { StopStrings = [""] }));
        Assert.Throws<ArgumentOutOfRangeException>(() => guard.StreamAsync(Toy.Request() with { MaxNewTokens = 0 }));
        foreach (var timeout in new[] { TimeSpan.Zero, TimeSpan.FromSeconds(-1), TimeSpan.FromDays(60), TimeSpan.MaxValue })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => guard.StreamAsync(Toy.Request() with { Timeout = timeout }));
            Assert.Contains("MonitorTimeout", Assert.Throws<ArgumentException>(
                () => guard.StreamAsync(Toy.Request(new SafetyPolicy { MonitorTimeout = timeout }))).Message, StringComparison.Ordinal);
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => guard.StreamAsync(Toy.Request() with { Sampling = new() { TopP = 0 } }));
        Assert.Contains("balanced, strict", Assert.Throws<ArgumentException>(() => guard.StreamAsync(Toy.Request() with { PolicyName = "lax" })).Message, StringComparison.Ordinal);
        Assert.Contains("PromptThreshold", Assert.Throws<ArgumentException>(() => guard.StreamAsync(Toy.Request(new SafetyPolicy { PromptThreshold = 1.5 }))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_run_side_by_side_without_touching_each_other()
    {
        await using var guard = Toy.Guard(new ToyModel(), new PilotThenIntervene());
        var alone = new List<GenerationResult>();
        for (var i = 0; i < 32; i++)
            alone.Add(await guard.GenerateAsync(Toy.Request(new SafetyPolicy(), seed: i)));

        var together = await Task.WhenAll(Enumerable.Range(0, 32).Select(i => Task.Run(() => guard.GenerateAsync(Toy.Request(new SafetyPolicy(), seed: i)))));

        for (var i = 0; i < 32; i++)
            Assert.Equal(alone[i].Tokens, together[i].Tokens);
    }

    private sealed class PilotThenIntervene : ISafetyMonitor
    {
        public IReadOnlyList<string> GetHiddenStates(MonitorStage stage) => [ToyModel.ResponseState];

        public async ValueTask<SafetyVerdict> InspectAsync(MonitorContext context, CancellationToken cancellationToken)
        {
            await Task.Yield();
            return ScriptedMonitor.Verdict(context, context.Stage == MonitorStage.Prompt ? VerdictAction.Pilot : VerdictAction.Intervene);
        }
    }
}
