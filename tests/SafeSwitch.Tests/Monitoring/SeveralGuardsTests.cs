using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.Guard;
using SafeSwitch.Guard.Interventions;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Tests.Monitoring;

/// <summary>Several guards look at one prompt at once; what asks for most is done, and in its own way.</summary>
public class SeveralGuardsTests
{
    [Theory]
    [InlineData(0.1f, 0.2f, null, VerdictAction.Continue)]
    [InlineData(0.1f, 0.9f, "advice", VerdictAction.Intervene)]
    [InlineData(0.9f, 0.2f, null, VerdictAction.Intervene)] // the pilot was looked at, and complies
    [InlineData(0.9f, 0.9f, "advice", VerdictAction.Intervene)] // the one that decides at once asks for more than a look
    public async Task The_guard_that_asks_for_most_decides_and_answers_in_its_own_way(float harm, float advice, string? guard, VerdictAction action)
    {
        NamedProbe[] probes = [new("prompt", MonitorStage.Prompt, harm), new("response", MonitorStage.Response, 0.9f), new("invest", MonitorStage.Prompt, advice) { Label = "investment-advice" }];
        var result = await RunAsync(probes, Policy(new PolicyGuard { Probe = "invest", Threshold = 0.5, Stages = GuardStages.Prompt, Intervention = Intervention.FixedRefusal, FixedRefusal = "No advice." }));

        var verdict = result.Verdict!;
        Assert.Equal((action, guard), (verdict.Action, verdict.Guard));
        Assert.Equal(guard is null ? ("prompt", "prompt") : ("invest", "investment-advice"), (verdict.Probe, verdict.Label));
        Assert.Equal(guard is not null, result.Text == "No advice.");
        Assert.Equal((harm, 0.7), (verdict.PromptScore!.Value, verdict.PromptThreshold!.Value));
        Assert.Equal([(null, harm), ("advice", advice)], verdict.Scores!.Select(s => (s.Guard, s.Score)));
        // One look each, whatever they conclude.
        Assert.Equal((1, 1), (probes[0].Looks, probes[2].Looks));
        Assert.Equal(action == VerdictAction.Intervene, result.Intervened);
    }

    [Theory]
    [InlineData(1, 0.6f, "weapons", true)]
    [InlineData(1, 0.4f, "weapons", false)]
    [InlineData(2, 0.6f, "rest", false)] // another class has another threshold
    [InlineData(2, 0.8f, "rest", true)]
    public async Task A_class_has_a_threshold_and_words_of_its_own(int found, float score, string guard, bool intervenes)
    {
        NamedProbe[] probes = [new("prompt", MonitorStage.Prompt, 0), new("response", MonitorStage.Response, 0), new("hazards", MonitorStage.Prompt, score) { Classes = ["none", "weapons", "drugs"], Class = found }];
        var policy = Policy();
        policy.Guards = new Dictionary<string, PolicyGuard>
        {
            ["rest"] = new() { Probe = "hazards", Threshold = 0.7, Stages = GuardStages.Prompt, Intervention = Intervention.FixedRefusal, FixedRefusal = "rest" },
            ["weapons"] = new() { Probe = "hazards", Class = "weapons", Threshold = 0.5, Stages = GuardStages.Prompt, Intervention = Intervention.FixedRefusal, FixedRefusal = "weapons" },
        };
        var result = await RunAsync(probes, policy);

        Assert.Equal(intervenes, result.Intervened);
        Assert.Equal(intervenes ? guard : null, intervenes ? result.Text : null);
        Assert.Equal(intervenes ? (guard, probes[2].Classes[found]) : (null, null), (result.Verdict!.Guard, result.Verdict.Class));
        // Only the guard of that class had a say, and the probe read once.
        Assert.Equal([null, guard], result.Verdict.Scores!.Select(s => s.Guard));
        Assert.Equal(1, probes[2].Looks);
    }

    [Fact]
    public async Task A_policy_may_go_by_another_probe_than_the_first()
    {
        NamedProbe[] probes = [new("prompt", MonitorStage.Prompt, 1), new("response", MonitorStage.Response, 1), new("invest", MonitorStage.Prompt, 0.1f)];
        var result = await RunAsync(probes, new SafetyPolicy { Probe = "invest", PromptThreshold = 0.5, Stages = GuardStages.Prompt });
        Assert.False(result.Intervened);
        Assert.Equal(("invest", 0.1f, 0), (result.Verdict!.Probe, result.Verdict.PromptScore, probes[0].Looks));
    }

    [Fact]
    public async Task A_guard_whose_score_is_no_probability_fails_closed()
    {
        NamedProbe[] probes = [new("prompt", MonitorStage.Prompt, 0), new("response", MonitorStage.Response, 0), new("invest", MonitorStage.Prompt, float.NaN)];
        var result = await RunAsync(probes, Policy(new PolicyGuard { Probe = "invest" }));
        Assert.True(result.Intervened && result.Verdict!.IsError);
    }

    [Theory]
    [InlineData("invset", null, "Probe")]
    [InlineData("invest", "weapons", "Class")]
    public async Task A_guard_that_can_not_look_is_refused_before_anything_runs(string probe, string? about, string setting)
    {
        NamedProbe[] probes = [new("prompt", MonitorStage.Prompt, 0), new("response", MonitorStage.Response, 0), new("invest", MonitorStage.Prompt, 0)];
        var error = await Assert.ThrowsAsync<ArgumentException>(() => RunAsync(probes, Policy(new PolicyGuard { Probe = probe, Class = about })));
        Assert.Contains($"Guards:advice:{setting}", error.Message, StringComparison.Ordinal);
    }

    /// <summary>The stages of the probes that there are, a policy, and what it needs beside them.</summary>
    public static TheoryData<MonitorStage[], SafetyPolicy, (string Setting, string Found, string Expected)[]> Missing => new()
    {
        { [], new(), [("Stages", "PromptAndResponse", "a prompt probe in the bundle, or a monitor of the host's"), ("Stages", "PromptAndResponse", "Prompt: the bundle has no response probe")] },
        { [MonitorStage.Prompt], new() { Stages = GuardStages.Prompt }, [] },
        { [MonitorStage.Prompt], new() { Stages = GuardStages.Prompt, WatchEvery = 4 }, [("WatchEvery", "4", "0: the bundle has no response probe")] },
        { [MonitorStage.Prompt], new() { Stages = GuardStages.Prompt, Guards = Guarding(GuardStages.PromptAndResponse) }, [("Stages", "PromptAndResponse", "Prompt: the bundle has no response probe")] },
        { [MonitorStage.Prompt], new() { Stages = GuardStages.Prompt, Guards = Guarding(GuardStages.Prompt) }, [] },
        { [MonitorStage.Prompt, MonitorStage.Response], new() { WatchEvery = 4, Probe = "Prompt", ResponseProbe = "Response" }, [] },
        { [MonitorStage.Prompt, MonitorStage.Response], new() { Probe = "Promt" }, [("Probe", "'Promt'", "one of: Prompt; did you mean 'Prompt'?")] },
        { [MonitorStage.Prompt, MonitorStage.Response], new() { ResponseProbe = "Prompt" }, [("ResponseProbe", "'Prompt'", "one of: Response")] },
    };

    [Theory]
    [MemberData(nameof(Missing))]
    public void What_a_policy_needs_and_is_not_there_is_told(MonitorStage[] stages, SafetyPolicy policy, (string Setting, string Found, string Expected)[] expected)
    {
        var monitor = new ProbeMonitor([.. stages.Select(s => new NamedProbe(s.ToString(), s, 0))]);

        Assert.Equal(expected, monitor.FindMissing(policy).Select(p => (p.Setting, p.Found, p.Expected)));
    }

    private static Dictionary<string, PolicyGuard> Guarding(GuardStages stages) => new() { ["more"] = new() { Probe = "Prompt", Stages = stages } };

    [Theory]
    [InlineData("none")] // the first class is what is let through: nobody guards against it
    [InlineData("weapon")]
    public async Task A_class_that_the_probe_does_not_tell_is_refused_with_those_that_it_does(string about)
    {
        NamedProbe[] probes = [new("prompt", MonitorStage.Prompt, 0), new("response", MonitorStage.Response, 0), new("hazards", MonitorStage.Prompt, 0) { Classes = ["none", "weapons", "drugs"] }];

        var error = await Assert.ThrowsAsync<ArgumentException>(() => RunAsync(probes, Policy(new PolicyGuard { Probe = "hazards", Class = about })));

        Assert.Contains($"found '{about}', expected one of: weapons, drugs", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.9f, "other")]
    [InlineData(0.1f, "refusal")]
    public async Task An_intervention_is_told_the_adapter_of_the_guard_that_has_decided(float advice, string adapter)
    {
        var policy = Policy(new PolicyGuard { Probe = "invest", Adapter = "other", Stages = GuardStages.Prompt });
        (policy.Adapter, policy.CustomIntervention, policy.Stages) = ("refusal", "asks", GuardStages.Prompt);
        NamedProbe[] probes = [new("prompt", MonitorStage.Prompt, 0.8f), new("response", MonitorStage.Response, 0), new("invest", MonitorStage.Prompt, advice)];
        policy.PromptThreshold = advice < 0.5 ? 0.7 : 0.85;
        var manifest = Toy.Manifest with { Adapters = [.. Toy.Manifest.Adapters, Toy.Manifest.Adapters[0] with { Name = "other", File = "other.onnx_adapter" }] };
        using var folder = Toy.WriteBundle(manifest);
        var asked = new AskedIntervention();
        await using var guard = new GuardedModel(new LoadedBundle(Bundle.Read(folder.Path), new ToyModel(), probes)) { Interventions = new Dictionary<string, IIntervention> { ["asks"] = asked } };

        await guard.GenerateAsync(Toy.Request(policy), TestContext.Current.CancellationToken);

        Assert.Equal(adapter, asked.Context?.Adapter);
    }

    [Fact]
    public async Task A_verdict_says_on_which_side_of_the_threshold_its_score_is()
    {
        NamedProbe[] probes = [new("prompt", MonitorStage.Prompt, 0.25f), new("response", MonitorStage.Response, 0)];
        var below = await RunAsync(probes, new SafetyPolicy { PromptThreshold = 0.5, Stages = GuardStages.Prompt });
        var above = await RunAsync(probes, new SafetyPolicy { PromptThreshold = 0.25, Stages = GuardStages.Prompt });

        Assert.Equal("p(prompt) = 0.2500 is below the threshold 0.5000", below.Verdict!.Reason);
        Assert.Equal("p(prompt) = 0.2500 is at or above the threshold 0.2500", above.Verdict!.Reason);
    }

    public static TheoryData<string, Dictionary<string, PolicyGuard>> Unusable => new()
    {
        { "'advice'", new() { ["advice"] = null! } },
        { "advice, Advice", new(StringComparer.Ordinal) { ["advice"] = new() { Probe = "invest", Threshold = 0.1 }, ["Advice"] = new() { Probe = "invest", Threshold = 1 } } },
        { "Guards:advice:FixedRefusal", new() { ["advice"] = new() { Probe = "invest", Intervention = Intervention.FixedRefusal } } },
    };

    [Theory]
    [MemberData(nameof(Unusable))]
    public async Task Guards_that_can_not_be_are_refused_by_name(string expected, Dictionary<string, PolicyGuard> guards)
    {
        NamedProbe[] probes = [new("prompt", MonitorStage.Prompt, 0), new("response", MonitorStage.Response, 0), new("invest", MonitorStage.Prompt, 0)];
        var policy = new SafetyPolicy { FixedRefusal = "", Guards = guards };

        var error = await Assert.ThrowsAsync<ArgumentException>(() => RunAsync(probes, policy));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        using var folder = Toy.WriteBundle();
        await using var guard = new GuardedModel(new LoadedBundle(Bundle.Read(folder.Path), new ToyModel(), probes));
        Assert.Contains(guard.Check(policy), p => p.ToString().Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_only_asks_what_a_request_is_gets_the_guards_say_at_once()
    {
        NamedProbe[] probes = [new("prompt", MonitorStage.Prompt, 0), new("response", MonitorStage.Response, 0), new("invest", MonitorStage.Prompt, 0.9f)];
        using var folder = Toy.WriteBundle();
        await using var guard = new GuardedModel(new LoadedBundle(Bundle.Read(folder.Path), new ToyModel(), probes));
        var classified = await guard.ClassifyAsync(Toy.Request(Policy(new PolicyGuard { Probe = "invest", Stages = GuardStages.PromptAndResponse })), TestContext.Current.CancellationToken);
        Assert.Equal((VerdictAction.Intervene, "advice"), (classified.Verdict.Action, classified.Verdict.Guard));
    }

    [Fact]
    public void A_copy_of_a_policy_has_guards_of_its_own()
    {
        var policy = Policy(new PolicyGuard { Threshold = 0.5 });
        var copy = policy.Clone();
        copy.Guards!["advice"].Threshold = 0.1;
        Assert.Equal(0.5, policy.Guards!["advice"].Threshold);
        Assert.Equal((0.1, "advice"), (copy.ActingFor("ADVICE").PromptThreshold, copy.ActingFor("advice").Probe));
        Assert.Throws<ArgumentException>(() => copy.ActingFor("nobody"));
    }

    private static SafetyPolicy Policy(PolicyGuard? guard = null)
    {
        var policy = new SafetyPolicy { PromptThreshold = 0.7, ResponseThreshold = 0.5 };
        if (guard is not null)
            policy.Guards = new Dictionary<string, PolicyGuard> { ["advice"] = guard };
        return policy;
    }

    private static async Task<GenerationResult> RunAsync(NamedProbe[] probes, SafetyPolicy policy)
    {
        using var folder = Toy.WriteBundle();
        await using var guard = new GuardedModel(new LoadedBundle(Bundle.Read(folder.Path), new ToyModel { EndOdds = 0 }, probes));
        return await guard.GenerateAsync(Toy.Request(policy));
    }

    private sealed class AskedIntervention : IIntervention
    {
        public InterventionContext? Context { get; private set; }

        public ValueTask<InterventionPlan> PlanAsync(InterventionContext context, CancellationToken cancellationToken)
        {
            Context = context;
            return new(InterventionPlan.End);
        }
    }

    private sealed class NamedProbe(string name, MonitorStage stage, float score) : IProbe
    {
        public int Looks { get; private set; }

        public string Name { get; } = name;

        public string Label { get; init; } = name;

        public IReadOnlyList<string> Classes { get; init; } = [];

        public int? Class { get; init; }

        public MonitorStage Stage => stage;

        public IReadOnlyList<string> HiddenStates => [stage == MonitorStage.Prompt ? ToyModel.PromptState : ToyModel.ResponseState];

        public ProbeReading Score(ReadOnlySpan<HiddenStates> states, ReadOnlyMemory<float> contentMask)
        {
            Looks++;
            return new ProbeReading(score) { Class = Class };
        }

        public void Dispose()
        {
        }
    }
}
