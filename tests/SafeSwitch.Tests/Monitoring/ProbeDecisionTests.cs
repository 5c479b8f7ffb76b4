using SafeSwitch.Backends;
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

        Assert.Equal(expected, ProbeDecision.Of(policy, new ProbeReading(prompt), response));
    }

    [Fact]
    public void The_prompt_asks_for_a_pilot_in_the_two_stage_form()
    {
        Assert.Equal(VerdictAction.Pilot, ProbeDecision.AtPrompt(new SafetyPolicy(), new ProbeReading(0.5f)));
        Assert.Equal(VerdictAction.Intervene, ProbeDecision.AtPrompt(new SafetyPolicy { Stages = GuardStages.Prompt }, new ProbeReading(0.5f)));
    }

    [Theory]
    [InlineData(null, OutOfDistributionAction.Intervene, GuardStages.PromptAndResponse, VerdictAction.Continue)] // the probe does not tell
    [InlineData(0.49f, OutOfDistributionAction.Intervene, GuardStages.PromptAndResponse, VerdictAction.Continue)]
    [InlineData(0.5f, OutOfDistributionAction.Continue, GuardStages.PromptAndResponse, VerdictAction.Continue)]
    [InlineData(0.5f, OutOfDistributionAction.Escalate, GuardStages.PromptAndResponse, VerdictAction.Pilot)]
    [InlineData(0.5f, OutOfDistributionAction.Escalate, GuardStages.Prompt, VerdictAction.Intervene)]
    [InlineData(0.5f, OutOfDistributionAction.Intervene, GuardStages.PromptAndResponse, VerdictAction.Intervene)]
    [InlineData(float.NaN, OutOfDistributionAction.Intervene, GuardStages.PromptAndResponse, VerdictAction.Intervene)]
    public void What_the_probe_can_not_read_is_decided_by_the_policy(
        float? mark, OutOfDistributionAction action, GuardStages stages, VerdictAction expected)
    {
        var policy = new SafetyPolicy { PromptThreshold = 0.5, Stages = stages, OutOfDistribution = action };

        Assert.Equal(expected, ProbeDecision.AtPrompt(policy, new ProbeReading(0.1f, mark)));
    }

    [Fact]
    public void The_mark_weakens_no_other_reason()
    {
        foreach (var action in Enum.GetValues<OutOfDistributionAction>())
        {
            var policy = new SafetyPolicy { PromptThreshold = 0.5, OutOfDistribution = action };
            Assert.NotEqual(VerdictAction.Continue, ProbeDecision.AtPrompt(policy, new ProbeReading(0.5f, 1)));
        }
    }
}
