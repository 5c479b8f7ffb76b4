using System.Globalization;
using SafeSwitch.Backends;
using SafeSwitch.Policies;
using SafeSwitch.Settings;

namespace SafeSwitch.Monitoring;

/// <summary>
/// The shipped monitor: a prompt probe and a response probe, each compared with its threshold (<see cref="ProbeDecision"/>). In
/// the two-stage form a prompt that looks harmful is followed by a look at the pilot; in the one-stage form the prompt decides. Completes synchronously and
/// reads the states where the runtime wrote them. A monitor of the host's may have one inside.
/// </summary>
public sealed class ProbeMonitor : ISafetyMonitor
{
    private readonly IProbe? promptProbe;
    private readonly IProbe? responseProbe;

    /// <summary>A monitor over a bundle's probes, one per stage at most; not owned.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="probes"/> is <see langword="null"/>.</exception>
    public ProbeMonitor(IReadOnlyList<IProbe> probes)
    {
        ArgumentNullException.ThrowIfNull(probes);
        promptProbe = probes.FirstOrDefault(p => p.Stage == MonitorStage.Prompt);
        responseProbe = probes.FirstOrDefault(p => p.Stage == MonitorStage.Response);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> GetHiddenStates(MonitorStage stage) =>
        (stage == MonitorStage.Prompt ? promptProbe : responseProbe)?.HiddenStates ?? [];

    /// <inheritdoc/>
    public ValueTask<SafetyVerdict> InspectAsync(MonitorContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Inspect(context));

    /// <summary>Looks at one stage of one generation.</summary>
    /// <exception cref="InvalidOperationException">There is no probe for that stage.</exception>
    public SafetyVerdict Inspect(MonitorContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Stage == MonitorStage.Prompt ? InspectPrompt(context) : InspectResponse(context);
    }

    /// <summary>Which probes a policy needs that are not there.</summary>
    internal IEnumerable<SettingProblem> FindMissing(SafetyPolicy policy)
    {
        if (promptProbe is null)
            yield return new(nameof(policy.Stages), policy.Stages.ToString(), "a prompt probe in the bundle, or a monitor of the host's");
        if (responseProbe is null && policy.Stages == GuardStages.PromptAndResponse)
            yield return new(nameof(policy.Stages), policy.Stages.ToString(), $"{nameof(GuardStages.Prompt)}: the bundle has no response probe");
        if (responseProbe is null && policy.WatchEvery > 0)
            yield return new(nameof(policy.WatchEvery), policy.WatchEvery.ToString(CultureInfo.InvariantCulture), "0: the bundle has no response probe");
    }

    private SafetyVerdict InspectPrompt(MonitorContext context)
    {
        var policy = context.Policy;
        var reading = Score(promptProbe, context);
        var verdict = new SafetyVerdict
        {
            Stage = MonitorStage.Prompt,
            Action = ProbeDecision.AtPrompt(policy, reading),
            PromptScore = reading.Probability,
            PromptThreshold = policy.PromptThreshold,
            OutOfDistribution = reading.OutOfDistribution,
            Reason = Explain("the request looks harmful", reading.Probability, policy.PromptThreshold),
        };
        return verdict.IsOutOfDistribution
            ? verdict with { Reason = $"{verdict.Reason}; it is of a kind that the probe never learned to read" }
            : verdict;
    }

    private SafetyVerdict InspectResponse(MonitorContext context)
    {
        var policy = context.Policy;
        var score = Score(responseProbe, context).Probability;
        var action = ProbeDecision.AtResponse(policy, score);
        return new SafetyVerdict
        {
            Stage = MonitorStage.Response,
            Action = action,
            PromptScore = context.Previous?.PromptScore,
            PromptThreshold = context.Previous?.PromptThreshold,
            OutOfDistribution = context.Previous?.OutOfDistribution,
            ResponseScore = score,
            ResponseThreshold = policy.ResponseThreshold,
            Reason = Explain("the model is complying", score, policy.ResponseThreshold),
        };
    }

    private static ProbeReading Score(IProbe? probe, MonitorContext context)
    {
        if (probe is null)
            throw new InvalidOperationException($"The bundle has no probe for the {context.Stage} stage.");
        var states = new HiddenStates[probe.HiddenStates.Count];
        for (var i = 0; i < states.Length; i++)
            states[i] = context.GetHiddenStates(probe.HiddenStates[i]);
        return probe.Score(states, context.ContentMask);
    }

    private static string Explain(string claim, float score, double threshold) => string.Create(
        CultureInfo.InvariantCulture, $"p({claim}) = {score:0.0000} is {(score < threshold ? "below" : "at or above")} the threshold {threshold:0.0000}");
}
