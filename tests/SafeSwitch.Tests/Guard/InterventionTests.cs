using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using SafeSwitch.Backends;
using SafeSwitch.Guard;
using SafeSwitch.Guard.Interventions;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Tests.Guard;

public class InterventionTests
{
    private static readonly SafetyPolicy Custom = new() { CustomIntervention = "own", FixedRefusal = "No.", WatchEvery = 2 };

    [Fact]
    public async Task One_of_the_hosts_says_its_own_text()
    {
        InterventionContext? seen = null;
        await using var guard = Guard(c => { seen = c; return InterventionPlan.Say("Call us."); }, VerdictAction.Continue, VerdictAction.Continue, VerdictAction.Intervene);

        var result = await guard.GenerateAsync(Toy.Request(Custom));

        Assert.Equal($"{result.Tokens[0]} {result.Tokens[1]} …\n\nCall us.", result.Text);
        Assert.Equal(FinishReason.FixedRefusal, result.FinishReason);
        Assert.Equal($"{result.Tokens[0]} {result.Tokens[1]} ", seen!.ReleasedText);
        Assert.Equal((MonitorStage.Response, "refusal"), (seen.Verdict.Stage, seen.Adapter));
    }

    [Fact]
    public async Task One_of_the_hosts_lets_the_model_answer_under_the_adapter()
    {
        await using var guard = Guard(c => InterventionPlan.SwitchTo(c.Adapter!, 3, "Note: "), VerdictAction.Intervene, VerdictAction.Continue);
        await using var builtIn = Toy.Guard(new ToyModel { EndOdds = 0 }, ScriptedMonitor.Saying(VerdictAction.Intervene));

        var result = await guard.GenerateAsync(Toy.Request(Custom));
        var refusal = await builtIn.GenerateAsync(Toy.Request(new SafetyPolicy()));

        Assert.Equal(refusal.Tokens.Take(3), result.Tokens);
        Assert.StartsWith($"Note: {refusal.Tokens[0]} ", result.Text, StringComparison.Ordinal);
        Assert.Equal(FinishReason.Length, result.FinishReason);
    }

    [Fact]
    public async Task One_of_the_hosts_may_let_the_answer_pass_or_end_it()
    {
        await using var passing = Guard(_ => InterventionPlan.LetPass, VerdictAction.Intervene);
        await using var ending = Guard(_ => InterventionPlan.End, VerdictAction.Pilot, VerdictAction.Intervene);
        var request = Toy.Request(Custom);

        var passed = await passing.GenerateAsync(request);
        var ended = await ending.GenerateAsync(request);

        Assert.Equal((await passing.GenerateAsync(request with { Unguarded = true })).Text, passed.Text);
        Assert.False(passed.Intervened);
        Assert.Equal(("", FinishReason.Stopped, 3), (ended.Text, ended.FinishReason, ended.Usage.DiscardedTokens));
    }

    public static TheoryData<string> Faults => ["throws", "null", "adapter", "changes its policy"];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task One_that_fails_ends_the_answer_with_the_fixed_refusal(string fault)
    {
        var logger = new FakeLogger<GuardedModel>();
        await using var guard = Guard(c => fault switch
        {
            "throws" => throw new InvalidOperationException("broken"),
            "null" => null!,
            "adapter" => InterventionPlan.SwitchTo("nosuch"),
            _ => Spoil(c),
        }, [VerdictAction.Intervene], logger);

        var result = await guard.GenerateAsync(Toy.Request(Custom));

        Assert.Equal(("No.", FinishReason.FixedRefusal, true), (result.Text, result.FinishReason, result.Intervened));
        Assert.Contains(logger.Collector.GetSnapshot(), r => r.Level == LogLevel.Error);

        static InterventionPlan Spoil(InterventionContext context)
        {
            context.Policy.FixedRefusal = "Sure!";
            throw new InvalidOperationException("broken");
        }
    }

    [Fact]
    public async Task One_that_nobody_added_is_refused_by_name()
    {
        await using var guard = Toy.Guard(new ToyModel(), ScriptedMonitor.Saying(VerdictAction.Continue));

        var error = Assert.Throws<ArgumentException>(() => guard.StreamAsync(Toy.Request(Custom)));

        Assert.Contains("CustomIntervention: found 'own'", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => guard.StreamAsync(Toy.Request(new SafetyPolicy { CustomIntervention = " " })));
    }

    private static GuardedModel Guard(Func<InterventionContext, InterventionPlan> plan, params VerdictAction[] looks) =>
        Guard(plan, looks, new FakeLogger<GuardedModel>());

    private static GuardedModel Guard(Func<InterventionContext, InterventionPlan> plan, VerdictAction[] looks, FakeLogger<GuardedModel> logger)
    {
        using var folder = Toy.WriteBundle();
        var loaded = new LoadedBundle(SafeSwitch.Bundles.Bundle.Read(folder.Path), new ToyModel { EndOdds = 0 }, []);
        return new GuardedModel(loaded, ScriptedMonitor.Saying(looks), logger: logger)
        {
            Interventions = new Dictionary<string, IIntervention> { ["own"] = new Own(plan) },
        };
    }

    private sealed class Own(Func<InterventionContext, InterventionPlan> plan) : IIntervention
    {
        public ValueTask<InterventionPlan> PlanAsync(InterventionContext context, CancellationToken cancellationToken) => new(plan(context));
    }
}
