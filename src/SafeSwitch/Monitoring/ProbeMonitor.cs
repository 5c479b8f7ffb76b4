using System.Globalization;
using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.Policies;
using SafeSwitch.Settings;

namespace SafeSwitch.Monitoring;

/// <summary>
/// The shipped monitor: prompt probes and a response probe, each compared with its threshold (<see cref="ProbeDecision"/>). In
/// the two-stage form a prompt that looks harmful is followed by a look at the pilot; in the one-stage form the prompt decides. A policy with further guards has several prompt
/// probes read the same states, each once, and what asks for most is done. Completes synchronously and
/// reads the states where the runtime wrote them. A monitor of the host's may have one inside.
/// </summary>
public sealed class ProbeMonitor : ISafetyMonitor
{
    private readonly IProbe[] promptProbes;
    private readonly IProbe[] responseProbes;
    private readonly string[] promptStates;
    private readonly string[] responseStates;

    /// <summary>A monitor over a bundle's probes; not owned. Policies that name none use the first of a stage.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="probes"/> is <see langword="null"/>.</exception>
    public ProbeMonitor(IReadOnlyList<IProbe> probes)
    {
        ArgumentNullException.ThrowIfNull(probes);
        promptProbes = [.. probes.Where(p => p.Stage == MonitorStage.Prompt)];
        responseProbes = [.. probes.Where(p => p.Stage == MonitorStage.Response)];
        promptStates = [.. promptProbes.SelectMany(p => p.HiddenStates).Distinct()];
        responseStates = [.. responseProbes.SelectMany(p => p.HiddenStates).Distinct()];
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> GetHiddenStates(MonitorStage stage) => stage == MonitorStage.Prompt ? promptStates : responseStates;

    /// <inheritdoc/>
    public ValueTask<SafetyVerdict> InspectAsync(MonitorContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Inspect(context));

    /// <summary>Looks at one stage of one generation.</summary>
    /// <exception cref="InvalidOperationException">There is no probe for that stage, or none of a name that the policy asks for.</exception>
    public SafetyVerdict Inspect(MonitorContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Stage == MonitorStage.Prompt ? InspectPrompt(context) : InspectResponse(context);
    }

    /// <summary>Which probes a policy needs that are not there.</summary>
    internal IEnumerable<SettingProblem> FindMissing(SafetyPolicy policy)
    {
        if (promptProbes.Length == 0)
            yield return new(nameof(policy.Stages), policy.Stages.ToString(), "a prompt probe in the bundle, or a monitor of the host's");
        else if (Find(promptProbes, policy.Probe) is null)
            yield return new(nameof(policy.Probe), $"'{policy.Probe}'", KnownNames.OneOf(policy.Probe!, [.. promptProbes.Select(p => p.Name)]));
        var asksResponse = policy.Stages == GuardStages.PromptAndResponse || policy.Guards?.Values.Any(g => g?.Stages == GuardStages.PromptAndResponse) == true;
        if (responseProbes.Length == 0 && asksResponse)
            yield return new(nameof(policy.Stages), nameof(GuardStages.PromptAndResponse), $"{nameof(GuardStages.Prompt)}: the bundle has no response probe");
        if (responseProbes.Length == 0 && policy.WatchEvery > 0)
            yield return new(nameof(policy.WatchEvery), policy.WatchEvery.ToString(CultureInfo.InvariantCulture), "0: the bundle has no response probe");
        if (responseProbes.Length > 0 && Find(responseProbes, policy.ResponseProbe) is null)
            yield return new(nameof(policy.ResponseProbe), $"'{policy.ResponseProbe}'", KnownNames.OneOf(policy.ResponseProbe!, [.. responseProbes.Select(p => p.Name)]));
        foreach (var (name, guard) in policy.Guards?.Where(g => g.Value is not null) ?? [])
        {
            var wanted = guard.Probe ?? name;
            if (Find(promptProbes, wanted) is not { } probe)
                yield return new($"{nameof(policy.Guards)}:{name}:{nameof(guard.Probe)}", $"'{wanted}'", KnownNames.OneOf(wanted, [.. promptProbes.Select(p => p.Name)]));
            else if (guard.Class is { } asked && !probe.Classes.Skip(1).Contains(asked, StringComparer.Ordinal))
                yield return new($"{nameof(policy.Guards)}:{name}:{nameof(guard.Class)}", $"'{asked}'", KnownNames.OneOf(asked, [.. probe.Classes.Skip(1)]));
        }
    }

    private SafetyVerdict InspectPrompt(MonitorContext context)
    {
        var policy = context.Policy;
        var probe = Require(promptProbes, policy.Probe, context.Stage);
        var reading = Score(probe, context);
        var verdict = new SafetyVerdict
        {
            Stage = MonitorStage.Prompt,
            Action = ProbeDecision.AtPrompt(policy, reading),
            PromptScore = reading.Probability,
            PromptThreshold = policy.PromptThreshold,
            OutOfDistribution = reading.OutOfDistribution,
            Probe = probe.Name,
            Label = probe.Label,
            Class = ClassOf(probe, reading),
            Reason = Explain(probe, reading.Probability, policy.PromptThreshold),
        };
        if (policy.Guards is { Count: > 0 } guards)
            verdict = WithGuards(verdict, probe, reading, guards, context);
        return verdict.IsOutOfDistribution
            ? verdict with { Reason = $"{verdict.Reason}; it is of a kind that the probe never learned to read" }
            : verdict;
    }

    // Every probe reads once, whatever number of guards go by it.
    private SafetyVerdict WithGuards(SafetyVerdict own, IProbe ownProbe, ProbeReading ownReading, IDictionary<string, PolicyGuard> guards, MonitorContext context)
    {
        var policy = context.Policy;
        var readings = new Dictionary<IProbe, ProbeReading> { [ownProbe] = ownReading };
        List<GuardScore> scores = [new(null, ownProbe.Name, ownProbe.Label, own.Class, ownReading.Probability, policy.PromptThreshold, own.Action)];
        var decided = scores[0];
        foreach (var (name, guard) in guards)
        {
            var probe = Require(promptProbes, guard.Probe ?? name, context.Stage);
            if (!readings.TryGetValue(probe, out var reading))
                readings.Add(probe, reading = Score(probe, context));
            var found = ClassOf(probe, reading);
            if (guard.Class is { } about ? about != found : IsOfAnother(found, name, probe, guards))
                continue;
            var score = new GuardScore(name, probe.Name, probe.Label, found, reading.Probability, guard.Threshold, ProbeDecision.AtPrompt(policy.ActingFor(name), reading));
            scores.Add(score);
            if (score.Action > decided.Action)
                decided = score;
        }

        return own with
        {
            Action = decided.Action,
            Guard = decided.Guard,
            Probe = decided.Probe,
            Label = decided.Label,
            Class = decided.Class,
            Scores = scores,
            Reason = Explain(decided.Label, decided.Score, decided.Threshold, decided.Class),
        };
    }

    // A class with a guard of its own is no affair of the one for all the others.
    private static bool IsOfAnother(string? found, string name, IProbe probe, IDictionary<string, PolicyGuard> guards) =>
        found is not null && guards.Any(g => g.Key != name && (g.Value.Probe ?? g.Key) == probe.Name && g.Value.Class == found);

    private SafetyVerdict InspectResponse(MonitorContext context)
    {
        var (policy, previous) = (context.Policy, context.Previous);
        var score = Score(Require(responseProbes, policy.ResponseProbe, context.Stage), context).Probability;
        return new SafetyVerdict
        {
            Stage = MonitorStage.Response,
            Action = ProbeDecision.AtResponse(policy, score),
            PromptScore = previous?.PromptScore,
            PromptThreshold = previous?.PromptThreshold,
            OutOfDistribution = previous?.OutOfDistribution,
            Guard = previous?.Guard,
            Probe = previous?.Probe,
            Label = previous?.Label,
            Class = previous?.Class,
            Scores = previous?.Scores,
            ResponseScore = score,
            ResponseThreshold = policy.ResponseThreshold,
            Reason = Told("the model is complying", score, policy.ResponseThreshold),
        };
    }

    private static IProbe? Find(IProbe[] probes, string? name) => name is null
        ? probes.FirstOrDefault()
        : Array.Find(probes, p => p.Name == name);

    private static IProbe Require(IProbe[] probes, string? name, MonitorStage stage) => Find(probes, name)
        ?? throw new InvalidOperationException(name is null ? $"The bundle has no probe for the {stage} stage." : $"The bundle has no probe '{name}' for the {stage} stage.");

    private static string? ClassOf(IProbe probe, ProbeReading reading) =>
        reading.Class is { } number && number < probe.Classes.Count ? probe.Classes[number] : null;

    private static ProbeReading Score(IProbe probe, MonitorContext context)
    {
        var states = new HiddenStates[probe.HiddenStates.Count];
        for (var i = 0; i < states.Length; i++)
            states[i] = context.GetHiddenStates(probe.HiddenStates[i]);
        return probe.Score(states, context.ContentMask);
    }

    private static string Explain(IProbe probe, float score, double threshold) => Explain(probe.Label, score, threshold, null);

    private static string Explain(string label, float score, double threshold, string? found) =>
        Told(label == ProbeLabels.Harm ? "the request looks harmful" : $"{label}{(found is null ? "" : $", {found}")}", score, threshold);

    private static string Told(string claim, float score, double threshold) => string.Create(
        CultureInfo.InvariantCulture, $"p({claim}) = {score:0.0000} is {(score < threshold ? "below" : "at or above")} the threshold {threshold:0.0000}");
}
