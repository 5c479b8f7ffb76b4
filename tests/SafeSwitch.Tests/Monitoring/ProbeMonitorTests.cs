using SafeSwitch.Backends;
using SafeSwitch.Guard;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Tests.Monitoring;

public class ProbeMonitorTests
{
    [Theory]
    [InlineData(0.69f, 0.9f, GuardStages.PromptAndResponse, 1, false)] // below: nobody looks at the answer
    [InlineData(0.75f, 0.49f, GuardStages.PromptAndResponse, 2, false)] // the model refuses by itself: left alone
    [InlineData(0.75f, 0.5f, GuardStages.PromptAndResponse, 2, true)]
    [InlineData(0.75f, 0.1f, GuardStages.Prompt, 1, true)] // one stage: the prompt decides
    [InlineData(0.69f, 0.9f, GuardStages.Prompt, 1, false)]
    public async Task Stages_decide_as_the_policy_says(float prompt, float response, GuardStages stages, int looks, bool intervenes)
    {
        var probes = new FixedProbe[] { new(MonitorStage.Prompt, prompt), new(MonitorStage.Response, response) };
        using var folder = Toy.WriteBundle();
        await using var guard = new GuardedModel(new LoadedBundle(SafeSwitch.Bundles.Bundle.Read(folder.Path), new ToyModel { EndOdds = 0 }, probes));

        var result = await guard.GenerateAsync(Toy.Request(new SafetyPolicy { PromptThreshold = 0.75, ResponseThreshold = 0.5, Stages = stages }));

        Assert.Equal(intervenes, result.Intervened);
        Assert.Equal(looks, probes.Sum(p => p.Looks));
        Assert.Equal(prompt, result.Verdict!.PromptScore);
        Assert.Equal(looks == 2 ? response : null, result.Verdict.ResponseScore);
        Assert.Equal(0.75, result.Verdict.PromptThreshold);
    }

    [Theory]
    [InlineData(0.4f, OutOfDistributionAction.Intervene, false)]
    [InlineData(0.6f, OutOfDistributionAction.Continue, false)]
    [InlineData(0.6f, OutOfDistributionAction.Escalate, true)] // the pilot is looked at, and complies
    [InlineData(0.6f, OutOfDistributionAction.Intervene, true)]
    public async Task What_the_prompt_probe_can_not_read_is_marked_and_the_policy_decides(float mark, OutOfDistributionAction action, bool intervenes)
    {
        var probes = new FixedProbe[] { new(MonitorStage.Prompt, 0.01f, mark), new(MonitorStage.Response, 0.9f) };
        using var folder = Toy.WriteBundle();
        await using var guard = new GuardedModel(new LoadedBundle(SafeSwitch.Bundles.Bundle.Read(folder.Path), new ToyModel { EndOdds = 0 }, probes));

        var result = await guard.GenerateAsync(Toy.Request(new SafetyPolicy { OutOfDistribution = action }));

        Assert.Equal(intervenes, result.Intervened);
        Assert.Equal(mark, result.Verdict!.OutOfDistribution);
        Assert.Equal(mark >= 0.5f, result.Verdict.IsOutOfDistribution);
        Assert.Equal(action == OutOfDistributionAction.Escalate ? 2 : 1, probes.Sum(p => p.Looks));
    }

    [Fact]
    public async Task A_mark_that_is_not_a_number_is_a_failure_and_closes()
    {
        var probes = new FixedProbe[] { new(MonitorStage.Prompt, 0.01f, float.NaN), new(MonitorStage.Response, 0) };
        using var folder = Toy.WriteBundle();
        await using var guard = new GuardedModel(new LoadedBundle(SafeSwitch.Bundles.Bundle.Read(folder.Path), new ToyModel { EndOdds = 0 }, probes));

        var result = await guard.GenerateAsync(Toy.Request(new SafetyPolicy()));

        Assert.True(result.Intervened && result.Verdict!.IsError);
    }

    [Fact]
    public async Task The_prompt_probe_gets_the_content_mask_of_the_users_message()
    {
        var probe = new FixedProbe(MonitorStage.Prompt, 0);
        using var folder = Toy.WriteBundle();
        await using var guard = new GuardedModel(
            new LoadedBundle(SafeSwitch.Bundles.Bundle.Read(folder.Path), new ToyModel(), [probe, new FixedProbe(MonitorStage.Response, 0)]));

        await guard.GenerateAsync(Toy.Request() with { Messages = [PromptMessage.System("ab"), PromptMessage.User("cde")] });

        Assert.Equal([0, 0, 0, 0, 1, 1, 1, 0], probe.Mask);
    }

    [Fact]
    public async Task A_bundle_without_probes_serves_a_monitor_of_the_hosts_alone()
    {
        using var folder = Toy.WriteBundle(Toy.Manifest with { Probes = [] });
        var loaded = new LoadedBundle(SafeSwitch.Bundles.Bundle.Read(folder.Path), new ToyModel { EndOdds = 0 }, []);
        await using var guard = new GuardedModel(loaded, ScriptedMonitor.Saying(VerdictAction.Intervene));

        var result = await guard.GenerateAsync(Toy.Request() with { PolicyName = "strict" });

        Assert.True(result.Intervened);
        var error = Assert.Throws<SafeSwitch.Bundles.BundleException>(() => new GuardedModel(loaded));
        Assert.Equal(
            ["$.policies.balanced.stages", "$.policies.balanced.stages", "$.policies.strict.stages"], error.Problems.Select(p => p.Field));
    }

    [Fact]
    public async Task A_policy_that_needs_a_probe_which_is_not_there_is_refused()
    {
        var policies = new Dictionary<string, SafetyPolicy> { ["balanced"] = new() { Stages = GuardStages.Prompt } };
        using var folder = Toy.WriteBundle(Toy.Manifest with { Probes = [Toy.Manifest.Probes[0]], Policies = policies });
        await using var guard = new GuardedModel(
            new LoadedBundle(SafeSwitch.Bundles.Bundle.Read(folder.Path), new ToyModel(), [new FixedProbe(MonitorStage.Prompt, 0)]));

        Assert.False((await guard.GenerateAsync(Toy.Request())).Intervened);
        Assert.Contains("WatchEvery", Assert.Throws<ArgumentException>(
            () => guard.StreamAsync(Toy.Request(new SafetyPolicy { Stages = GuardStages.Prompt, WatchEvery = 4 }))).Message, StringComparison.Ordinal);
        Assert.Contains("Stages", Assert.Throws<ArgumentException>(() => guard.StreamAsync(Toy.Request(new SafetyPolicy()))).Message, StringComparison.Ordinal);
    }

    private sealed class FixedProbe(MonitorStage stage, float score, float? mark = null) : IProbe
    {
        public int Looks { get; private set; }

        public float[] Mask { get; private set; } = [];

        public string Name => "fixed";

        public MonitorStage Stage => stage;

        public IReadOnlyList<string> HiddenStates => [stage == MonitorStage.Prompt ? ToyModel.PromptState : ToyModel.ResponseState];

        public ProbeReading Score(ReadOnlySpan<HiddenStates> states, ReadOnlyMemory<float> contentMask)
        {
            Looks++;
            Mask = contentMask.ToArray();
            return new ProbeReading(score, mark);
        }

        public void Dispose()
        {
        }
    }
}
