using SafeSwitch.Backends;
using SafeSwitch.Guard;
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

    private sealed class FixedProbe(MonitorStage stage, float score) : IProbe
    {
        public int Looks { get; private set; }

        public float[] Mask { get; private set; } = [];

        public string Name => "fixed";

        public MonitorStage Stage => stage;

        public IReadOnlyList<string> HiddenStates => [stage == MonitorStage.Prompt ? ToyModel.PromptState : ToyModel.ResponseState];

        public float Score(ReadOnlySpan<HiddenStates> states, ReadOnlyMemory<float> contentMask)
        {
            Looks++;
            Mask = contentMask.ToArray();
            return score;
        }

        public void Dispose()
        {
        }
    }
}
