using System.Globalization;
using SafeSwitch.Backends;
using SafeSwitch.Policies;

namespace SafeSwitch.Monitoring;

/// <summary>
/// The shipped monitor: a prompt probe and a response probe, each held against its threshold. In the two-stage form a
/// harmful prompt earns a look at the pilot; in the one-stage form it decides.
/// </summary>
internal sealed class ProbeMonitor : ISafetyMonitor
{
    private readonly IProbe? promptProbe;
    private readonly IProbe? responseProbe;

    public ProbeMonitor(IReadOnlyList<IProbe> probes)
    {
        promptProbe = probes.FirstOrDefault(p => p.Stage == MonitorStage.Prompt);
        responseProbe = probes.FirstOrDefault(p => p.Stage == MonitorStage.Response);
    }

    public IReadOnlyList<string> GetHiddenStates(MonitorStage stage) =>
        (stage == MonitorStage.Prompt ? promptProbe : responseProbe)?.HiddenStates ?? [];

    public ValueTask<SafetyVerdict> InspectAsync(MonitorContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(context.Stage == MonitorStage.Prompt ? InspectPrompt(context) : InspectResponse(context));

    private SafetyVerdict InspectPrompt(MonitorContext context)
    {
        var policy = context.Policy;
        var score = Score(promptProbe, context);
        var isHarmful = score >= policy.PromptThreshold;
        return new SafetyVerdict
        {
            Stage = MonitorStage.Prompt,
            Action = !isHarmful ? VerdictAction.Continue
                : policy.Stages == GuardStages.Prompt ? VerdictAction.Intervene
                : VerdictAction.Pilot,
            PromptScore = score,
            PromptThreshold = policy.PromptThreshold,
            Reason = Explain("the request looks harmful", score, policy.PromptThreshold, isHarmful),
        };
    }

    private SafetyVerdict InspectResponse(MonitorContext context)
    {
        var policy = context.Policy;
        var score = Score(responseProbe, context);
        var complies = score >= policy.ResponseThreshold;
        return new SafetyVerdict
        {
            Stage = MonitorStage.Response,
            Action = complies ? VerdictAction.Intervene : VerdictAction.Continue,
            PromptScore = context.Previous?.PromptScore,
            PromptThreshold = context.Previous?.PromptThreshold,
            ResponseScore = score,
            ResponseThreshold = policy.ResponseThreshold,
            Reason = Explain("the model is complying", score, policy.ResponseThreshold, complies),
        };
    }

    private static float Score(IProbe? probe, MonitorContext context)
    {
        if (probe is null)
            throw new InvalidOperationException($"The bundle has no probe for the {context.Stage} stage.");
        var states = new HiddenStates[probe.HiddenStates.Count];
        for (var i = 0; i < states.Length; i++)
            states[i] = context.GetHiddenStates(probe.HiddenStates[i]);
        return probe.Score(states, context.ContentMask);
    }

    private static string Explain(string claim, float score, double threshold, bool holds) => string.Create(
        CultureInfo.InvariantCulture,
        $"p({claim}) = {score:0.0000} is {(holds ? "at or above" : "below")} the threshold {threshold:0.0000}");
}
