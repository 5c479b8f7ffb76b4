using SafeSwitch.Policies;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Tests.Policies;

public class PolicySetTests
{
    [Fact]
    public void It_takes_copies_and_gives_copies_away()
    {
        var original = new SafetyPolicy { PilotTokens = 4 };
        var set = new PolicySet([new("strict", original)], "strict");

        original.PilotTokens = 5;
        set.Get("strict").PilotTokens = 6;

        Assert.Equal(4, set.Get(null).PilotTokens);
    }

    [Fact]
    public void A_name_in_another_case_is_the_same_name()
    {
        var set = new PolicySet(Toy.Manifest.Policies, "BALANCED");

        Assert.Equal(0.3, set.Get("STRICT").PromptThreshold);
        Assert.Equal(0.7, set.Get(null).PromptThreshold);
        Assert.Throws<ArgumentException>(() => new PolicySet([new("a", new()), new("A", new())], "a"));
    }

    [Fact]
    public void An_unknown_name_is_told_with_every_known_one_and_the_one_that_was_meant()
    {
        var set = new PolicySet([.. Toy.Manifest.Policies, new("night", new())], "balanced");

        var message = Assert.Throws<ArgumentException>(() => set.Get("strcit")).Message;

        Assert.Contains("balanced, strict, night; did you mean 'strict'?", message, StringComparison.Ordinal);
        Assert.DoesNotContain("did you mean", Assert.Throws<ArgumentException>(() => set.Get("something else")).Message, StringComparison.Ordinal);
        Assert.DoesNotContain("did you mean", Assert.Throws<ArgumentException>(() => set.Get(new string('x', 100_000))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_setting_says_what_it_takes()
    {
        var policy = new SafetyPolicy
        {
            PromptThreshold = double.NaN,
            ResponseThreshold = -0.1,
            Stages = (GuardStages)7,
            PilotTokens = 65,
            WatchEvery = -1,
            Intervention = (Intervention)9,
            AdapterTokens = 0,
            FailureMode = (FailureMode)2,
            MonitorTimeout = TimeSpan.MaxValue,
        };

        var problems = policy.Check().ToDictionary(p => p.Setting);

        Assert.Equal(9, problems.Count);
        Assert.Contains("TimeSpan.MaxValue", problems[nameof(policy.MonitorTimeout)].Found, StringComparison.Ordinal);
        Assert.Contains("hh:mm:ss", problems[nameof(policy.MonitorTimeout)].Expected, StringComparison.Ordinal);
        foreach (var timeout in new[] { TimeSpan.Zero, Timeout.InfiniteTimeSpan, TimeSpan.FromDays(5), TimeSpan.FromHours(1) + TimeSpan.FromTicks(1) })
            Assert.Single(new SafetyPolicy { MonitorTimeout = timeout }.Check());
        Assert.Empty(new SafetyPolicy { MonitorTimeout = TimeSpan.FromHours(1) }.Check());
    }

    [Fact]
    public async Task A_request_with_a_policy_of_its_own_keeps_the_thresholds_that_nobody_set()
    {
        SafetyPolicy? seen = null;
        await using var guard = Toy.Guard(new ToyModel { EndOdds = 0 }, new ScriptedMonitor((c, _) =>
        {
            seen = c.Policy;
            return new(ScriptedMonitor.Verdict(c, SafeSwitch.Monitoring.VerdictAction.Continue));
        }));

        await guard.GenerateAsync(Toy.Request(new SafetyPolicy { Intervention = Intervention.Stop }));
        Assert.Equal(0.7, seen!.PromptThreshold);
        await guard.GenerateAsync(Toy.Request(new SafetyPolicy { Intervention = Intervention.Stop }) with { PolicyName = "STRICT" });
        Assert.Equal(0.3, seen.PromptThreshold);
        await guard.GenerateAsync(Toy.Request(new SafetyPolicy { PromptThreshold = 0.5 }));
        Assert.Equal(0.5, seen.PromptThreshold);
    }

    [Fact]
    public async Task Requests_share_a_policy_object_that_its_owner_goes_on_changing()
    {
        var shared = new SafetyPolicy { Intervention = Intervention.Stop, PilotTokens = 3 };
        var seen = new System.Collections.Concurrent.ConcurrentBag<(Intervention, int)>();
        await using var guard = Toy.Guard(new ToyModel { EndOdds = 0 }, new ScriptedMonitor((c, _) =>
        {
            seen.Add((c.Policy.Intervention, c.Policy.PilotTokens));
            return new(ScriptedMonitor.Verdict(c, SafeSwitch.Monitoring.VerdictAction.Continue));
        }));

        // Asked for under one policy, run after it was changed to what could not be used.
        var requests = Enumerable.Range(0, 8).Select(_ => guard.StreamAsync(Toy.Request(shared))).ToArray();
        (shared.Intervention, shared.PilotTokens) = (Intervention.ObserveOnly, -5);
        await Task.WhenAll(requests.Select(r => Task.Run(async () => await r.ToListAsync())));

        Assert.Equal(8, seen.Count);
        Assert.All(seen, s => Assert.Equal((Intervention.Stop, 3), s));
    }
}
