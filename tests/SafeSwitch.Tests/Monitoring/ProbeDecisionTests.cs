using SafeSwitch.Monitoring;
using SafeSwitch.Policies;

namespace SafeSwitch.Tests.Monitoring;

public class ProbeDecisionTests
{
    [Theory]
    [InlineData(0.49f, 0.9f, GuardStages.PromptAndResponse, VerdictAction.Continue)]
    [InlineData(0.5f, null, GuardStages.PromptAndResponse, VerdictAction.Continue)] // no pilot: the model ended at once
    [InlineData(0.5f, 0.69f, GuardStages.PromptAndResponse, VerdictAction.Continue)]
    [InlineData(0.5f, 0.71f, GuardStages.PromptAndResponse, VerdictAction.Intervene)]
    [InlineData(0.5f, 0f, GuardStages.Prompt, VerdictAction.Intervene)]
    [InlineData(0.49f, 1f, GuardStages.Prompt, VerdictAction.Continue)]
    [InlineData(float.NaN, float.NaN, GuardStages.PromptAndResponse, VerdictAction.Intervene)]
    public void Stages_and_thresholds_decide(float prompt, float? response, GuardStages stages, VerdictAction expected)
    {
        var policy = new SafetyPolicy { PromptThreshold = 0.5, ResponseThreshold = 0.7, Stages = stages };

        Assert.Equal(expected, ProbeDecision.Of(policy, prompt, response));
    }

    [Fact]
    public void The_prompt_asks_for_a_pilot_in_the_two_stage_form()
    {
        Assert.Equal(VerdictAction.Pilot, ProbeDecision.AtPrompt(new SafetyPolicy(), 0.5f));
        Assert.Equal(VerdictAction.Intervene, ProbeDecision.AtPrompt(new SafetyPolicy { Stages = GuardStages.Prompt }, 0.5f));
    }
}
