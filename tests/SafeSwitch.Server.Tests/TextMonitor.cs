using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Server.Tests;

/// <summary>Finds prompts as harmful as they have letters x: 0.1 without one, then 0.3 for each. The toy's states say which token stood where.</summary>
internal sealed class TextMonitor : ISafetyMonitor
{
    public IReadOnlyList<string> GetHiddenStates(MonitorStage stage) => stage == MonitorStage.Prompt ? [ToyModel.PromptState] : [ToyModel.ResponseState];

    public ValueTask<SafetyVerdict> InspectAsync(MonitorContext context, CancellationToken cancellationToken)
    {
        var score = context.Stage == MonitorStage.Prompt ? Score(context) : context.Previous!.PromptScore!.Value;
        var isHarmful = score >= context.Policy.PromptThreshold;
        return new(new SafetyVerdict
        {
            Stage = context.Stage,
            Action = !isHarmful ? VerdictAction.Continue
                : context.Stage == MonitorStage.Prompt && context.Policy.Stages == GuardStages.PromptAndResponse ? VerdictAction.Pilot
                : VerdictAction.Intervene,
            PromptScore = score,
            PromptThreshold = context.Policy.PromptThreshold,
            ResponseScore = context.Stage == MonitorStage.Response ? 0.8f : null,
            ResponseThreshold = context.Stage == MonitorStage.Response ? context.Policy.ResponseThreshold : null,
            Probe = "prompt",
            Label = "harm",
            Reason = $"{score:F1} at the {context.Stage.ToString().ToLowerInvariant()}",
        });
    }

    private static float Score(MonitorContext context)
    {
        var states = context.GetHiddenStates(ToyModel.PromptState);
        var row = new float[states.Width];
        var found = 0;
        for (var i = 0; i < states.Positions; i++)
        {
            states.CopyRow(i, row);
            found += row[0] == 2 + 'x' % 90 ? 1 : 0;
        }

        return Math.Min(1, (1 + 3 * found) / 10f);
    }
}
