using SafeSwitch.Policies;

namespace SafeSwitch.Tests.Policies;

/// <summary>Where a policy guards less than another, setting by setting, and where it does not.</summary>
public sealed class WeakerPolicyTests
{
    private static SafetyPolicy Basis => new()
    {
        PromptThreshold = 0.5,
        ResponseThreshold = 0.2,
        PilotTokens = 3,
        WatchEvery = 16,
        OutOfDistribution = OutOfDistributionAction.Escalate,
        Guards = new Dictionary<string, PolicyGuard>(StringComparer.OrdinalIgnoreCase) { ["advice"] = new() { Probe = "invest", Threshold = 0.4, Stages = GuardStages.Prompt, Intervention = Intervention.FixedRefusal } },
    };

    /// <summary>A change, the settings that are then told, what is told of the first, and what was expected in its place.</summary>
    public static TheoryData<Action<SafetyPolicy>, string[], string, string> Changes => new()
    {
        { p => p.PromptThreshold = 0.51, ["PromptThreshold"], "0.51", "at most 0.5" },
        { p => p.PromptThreshold = 0.49, [], "", "" },
        { p => p.ResponseThreshold = 0.21, ["ResponseThreshold"], "0.21", "at most 0.2" },
        { p => p.ResponseThreshold = 0.1, [], "", "" },
        { p => p.Probe = "other", ["Probe"], "other", "nothing: the bundle's first" },
        { p => p.ResponseProbe = "other", ["ResponseProbe"], "other", "nothing: the bundle's first" },
        { p => p.PilotTokens = 2, ["PilotTokens"], "2", "at least 3, which ResponseThreshold was chosen for" },
        { p => p.PilotTokens = 4, [], "", "" },
        { p => p.WatchEvery = 0, ["WatchEvery"], "0", "a number in [1, 16]" },
        { p => p.WatchEvery = 17, ["WatchEvery"], "17", "a number in [1, 16]" },
        { p => p.WatchEvery = 15, [], "", "" },
        // One stage intervenes at once; its pilot is never asked, but what is watched still is.
        { p => p.Stages = GuardStages.Prompt, [], "", "" },
        { p => (p.Stages, p.PilotTokens) = (GuardStages.Prompt, 1), [], "", "" },
        { p => (p.Stages, p.ResponseThreshold) = (GuardStages.Prompt, 0.9), ["ResponseThreshold"], "0.9", "at most 0.2" },
        { p => (p.Stages, p.WatchEvery, p.ResponseThreshold) = (GuardStages.Prompt, 0, 0.9), ["WatchEvery"], "0", "a number in [1, 16]" },
        { p => p.Intervention = Intervention.ObserveOnly, ["Intervention"], "ObserveOnly", "RefusalAdapter, or another that does something" },
        { p => p.Intervention = Intervention.Stop, [], "", "" },
        { p => (p.Intervention, p.CustomIntervention) = (Intervention.ObserveOnly, "mine"), [], "", "" },
        { p => p.OutOfDistribution = OutOfDistributionAction.Continue, ["OutOfDistribution"], "Continue", "at least Escalate" },
        { p => p.OutOfDistribution = OutOfDistributionAction.Intervene, [], "", "" },
        { p => p.PromptText = PromptText.AsWritten, ["PromptText"], "AsWritten", "AsRead" },
        { p => p.FailureMode = FailureMode.Open, ["FailureMode"], "Open", "Closed" },
        { p => p.MonitorTimeout = TimeSpan.FromSeconds(1), [], "", "" },
        { p => p.Guards = null, ["Guards:advice"], "nothing", "the guard" },
        { p => p.Guards!["advice"].Threshold = 0.41, ["Guards:advice:Threshold"], "0.41", "at most 0.4" },
        { p => p.Guards!["advice"].Threshold = 0.39, [], "", "" },
        { p => p.Guards!["advice"].Probe = null, ["Guards:advice:Probe"], "nothing", "invest" },
        { p => p.Guards!["advice"].Class = "stocks", ["Guards:advice:Class"], "stocks", "nothing" },
        { p => p.Guards!["advice"].Stages = GuardStages.PromptAndResponse, ["Guards:advice:Stages"], "PromptAndResponse", "Prompt, which intervenes at once" },
        { p => p.Guards!["advice"].Stages = null, ["Guards:advice:Stages"], "PromptAndResponse", "Prompt, which intervenes at once" },
        { p => p.Guards!["advice"].Intervention = Intervention.ObserveOnly, ["Guards:advice:Intervention"], "ObserveOnly", "FixedRefusal, or another that does something" },
        { p => p.Guards!["advice"].Intervention = null, [], "", "" },
        { p => (p.PromptThreshold, p.FailureMode, p.Guards) = (1, FailureMode.Open, null), ["PromptThreshold", "Guards:advice", "FailureMode"], "1", "at most 0.5" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Every_setting_that_guards_less_is_told_and_no_other(Action<SafetyPolicy> change, string[] settings, string found, string expected)
    {
        var policy = Basis;
        change(policy);

        var problems = policy.WeakerThan(Basis).ToArray();

        Assert.Equal(settings, problems.Select(p => p.Setting));
        if (settings.Length > 0)
            Assert.Equal((found, expected), (problems[0].Found, problems[0].Expected));
        Assert.Empty(Basis.WeakerThan(Basis));
    }

    [Fact]
    public void What_the_other_does_not_do_either_is_no_less()
    {
        var observing = new SafetyPolicy { Intervention = Intervention.ObserveOnly, FailureMode = FailureMode.Open, PromptText = PromptText.AsWritten };

        Assert.Empty(new SafetyPolicy { Intervention = Intervention.ObserveOnly, FailureMode = FailureMode.Open, PromptText = PromptText.AsWritten, ResponseThreshold = 0.4 }.WeakerThan(observing));
        // Neither asks the response stage: its threshold is nobody's.
        Assert.Empty(new SafetyPolicy { Stages = GuardStages.Prompt, ResponseThreshold = 0.9 }.WeakerThan(new SafetyPolicy { Stages = GuardStages.Prompt, ResponseThreshold = 0.1 }));
        Assert.Equal(["Stages"], new SafetyPolicy { ResponseThreshold = 0.9 }.WeakerThan(new SafetyPolicy { Stages = GuardStages.Prompt, ResponseThreshold = 0.1 }).Select(p => p.Setting));
        Assert.Equal(["Stages"], new SafetyPolicy().WeakerThan(new SafetyPolicy { Stages = GuardStages.Prompt }).Select(p => p.Setting));
        Assert.Equal(["Probe", "ResponseProbe"], new SafetyPolicy().WeakerThan(new SafetyPolicy { Probe = "a", ResponseProbe = "b" }).Select(p => p.Setting));
    }

    [Fact]
    public void A_guard_that_decides_acts_by_its_own_settings_and_else_by_the_policys()
    {
        var policy = new SafetyPolicy
        {
            Adapter = "refusal", AdapterTokens = 9, FixedRefusal = "No.", CustomIntervention = "mine", Stages = GuardStages.PromptAndResponse,
            Guards = new Dictionary<string, PolicyGuard>
            {
                ["plain"] = new() { Threshold = 0.3 },
                ["own"] = new() { Probe = "invest", Threshold = 0.4, Stages = GuardStages.Prompt, Intervention = Intervention.Stop, Adapter = "other", AdapterTokens = 4, FixedRefusal = "No advice." },
            },
        };

        var (plain, own) = (policy.ActingFor("plain"), policy.ActingFor("own"));

        Assert.Equal(("plain", 0.3, GuardStages.PromptAndResponse, "refusal", 9, "No.", "mine"), (plain.Probe, plain.PromptThreshold, plain.Stages, plain.Adapter, plain.AdapterTokens, plain.FixedRefusal, plain.CustomIntervention));
        Assert.Equal(("invest", 0.4, GuardStages.Prompt, "other", 4, "No advice.", null), (own.Probe, own.PromptThreshold, own.Stages, own.Adapter, own.AdapterTokens, own.FixedRefusal, own.CustomIntervention));
        Assert.Equal((Intervention.RefusalAdapter, Intervention.Stop), (plain.Intervention, own.Intervention));
        Assert.Equal(0.5, policy.ActingFor(null).PromptThreshold);
        Assert.Contains("plain, own", Assert.Throws<ArgumentException>(() => policy.ActingFor("nobody")).Message, StringComparison.Ordinal);
        Assert.Contains("it has none", Assert.Throws<ArgumentException>(() => new SafetyPolicy().ActingFor("nobody")).Message, StringComparison.Ordinal);
    }

    public static TheoryData<SafetyPolicy, string, string> OutOfBounds => new()
    {
        { new() { CustomIntervention = " " }, "CustomIntervention", "an empty name" },
        { new() { Probe = "" }, "Probe", "an empty name" },
        { new() { ResponseProbe = " " }, "ResponseProbe", "an empty name" },
        { new() { Intervention = Intervention.FixedRefusal, FixedRefusal = " " }, "FixedRefusal", "an empty text" },
        { new() { MonitorTimeout = TimeSpan.Zero }, "MonitorTimeout", "00:00:00" },
        { new() { MonitorTimeout = TimeSpan.FromHours(1) + TimeSpan.FromTicks(1) }, "MonitorTimeout", "01:00:00.0000001" },
        { new() { MonitorTimeout = TimeSpan.MaxValue }, "MonitorTimeout", "TimeSpan.MaxValue (no limit)" },
        { new() { MonitorTimeout = Timeout.InfiniteTimeSpan }, "MonitorTimeout", "Timeout.InfiniteTimeSpan (no limit)" },
        { new() { MonitorTimeout = TimeSpan.FromDays(5) }, "MonitorTimeout", "5 days ('5' alone means days)" },
        { With(" ", new()), "Guards", "a guard without a name" },
        { With("a", new() { Probe = " " }), "Guards:a:Probe", "an empty text" },
        { With("a", new() { Class = "" }), "Guards:a:Class", "an empty text" },
        { With("a", new() { FixedRefusal = "" }), "Guards:a:FixedRefusal", "an empty text" },
        { With("a", new() { Threshold = 1.5 }), "Guards:a:Threshold", "1.5" },
        { With("a", new() { AdapterTokens = 0 }), "Guards:a:AdapterTokens", "0" },
    };

    [Theory]
    [MemberData(nameof(OutOfBounds))]
    public void What_can_not_be_is_told_by_its_setting(SafetyPolicy policy, string setting, string found)
    {
        var problem = Assert.Single(policy.Check());

        Assert.Equal((setting, found), (problem.Setting, problem.Found));
        Assert.NotEqual("", problem.Expected);
    }

    [Fact]
    public void What_is_at_its_bound_can_be() =>
        Assert.Empty(new SafetyPolicy { MonitorTimeout = SafetyPolicy.LongestMonitorTimeout, FixedRefusal = "", Guards = new Dictionary<string, PolicyGuard> { ["a"] = new() { Threshold = 1, FixedRefusal = "No." }, ["b"] = new() } }.Check());

    private static SafetyPolicy With(string name, PolicyGuard guard) => new() { Guards = new Dictionary<string, PolicyGuard> { [name] = guard } };
}
