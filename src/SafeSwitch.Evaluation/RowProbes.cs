using System.Diagnostics;
using SafeSwitch.Backends;
using SafeSwitch.Policies;

namespace SafeSwitch.Evaluation;

/// <summary>The probes of every method compared, on the states of one run.</summary>
internal sealed class RowProbes
{
    private readonly EvaluationOptions options;
    private readonly IProbe? prompt;
    private readonly IProbe? response;
    private readonly IProbe? referenceResponse;
    private readonly int[] pilots;
    private readonly int[] allPilots;
    private readonly KeptStates[] kept;

    public RowProbes(LoadedBundle bundle, EvaluationOptions options)
    {
        this.options = options;
        var isGuarded = options.Policies.Count > 0;
        prompt = isGuarded ? bundle.Probes.First(p => p.Stage == MonitorStage.Prompt) : null;
        response = isGuarded ? bundle.Probes.FirstOrDefault(p => p.Stage == MonitorStage.Response) : null;
        referenceResponse = options.Reference?.Response;
        pilots = [.. options.Policies.Values
            .Where(p => p.Stages == GuardStages.PromptAndResponse).Select(p => p.PilotTokens).Distinct().Order()];
        allPilots = options.Reference?.PilotTokens is { } pilot ? [.. pilots.Append(pilot).Distinct().Order()] : pilots;
        kept = [.. new[] { pilots.Length > 0 ? response : null, referenceResponse }.OfType<IProbe>()
            .SelectMany(p => p.HiddenStates).Distinct()
            .Select(s => new KeptStates(s, bundle.Model.Info.HiddenSize, LongestPilot))];
        States = [.. new[] { prompt, response, options.Reference?.Prompt, referenceResponse }.OfType<IProbe>().SelectMany(p => p.HiddenStates).Distinct()];
    }

    /// <summary>What they read.</summary>
    public IReadOnlyList<string> States { get; }

    /// <summary>Where the states of the pilot go.</summary>
    public IReadOnlyList<KeptStates> Kept => kept;

    public int LongestPilot => allPilots.Length > 0 ? allPilots[^1] : 0;

    /// <summary>Scores the prompt just run.</summary>
    public RowScores ScorePrompt(DecodingSession session, EvaluationRow row)
    {
        foreach (var states in kept)
            states.Clear();
        var promptScore = Score(prompt, session, row, out var promptMs);
        var referenceScore = Score(options.Reference?.Prompt, session, row, out var referenceMs);
        return new RowScores(promptScore, referenceScore, new Dictionary<int, float>(), ReferenceResponse: null, new RowTimings
        {
            PromptProbeMs = promptMs,
            ReferenceProbeMs = referenceMs,
            PilotMs = new Dictionary<int, double>(),
            ResponseProbeMs = new Dictionary<int, double>(),
        });
    }

    /// <summary>Adds the scores of the pilot; an answer that ended at once has none.</summary>
    /// <param name="scores">The prompt's.</param>
    /// <param name="stepMs">Milliseconds until each token of the pilot was run.</param>
    /// <param name="row">The row.</param>
    public RowScores ScoreResponse(RowScores scores, IReadOnlyList<double> stepMs, EvaluationRow row)
    {
        if (stepMs.Count == 0 || allPilots.Length == 0)
            return scores;
        var scored = new Dictionary<int, float>();
        var probeMs = new Dictionary<int, double>();
        foreach (var pilot in pilots)
        {
            scored[pilot] = ScorePilot(response!, pilot, row, out var milliseconds);
            probeMs[pilot] = milliseconds;
        }

        var referenceMs = 0.0;
        float? reference = referenceResponse is null ? null : ScorePilot(referenceResponse, options.Reference!.PilotTokens!.Value, row, out referenceMs);
        return scores with
        {
            Response = scored,
            ReferenceResponse = reference,
            Timings = scores.Timings with
            {
                PilotMs = allPilots.ToDictionary(p => p, p => stepMs[Math.Min(p, stepMs.Count) - 1]),
                ResponseProbeMs = probeMs,
                ReferenceResponseProbeMs = referenceMs,
            },
        };
    }

    /// <summary>What each method does about the scores.</summary>
    public IReadOnlyDictionary<string, bool> Decide(RowScores scores)
    {
        var interventions = new Dictionary<string, bool>();
        if (options.AlwaysOn)
            interventions[Methods.AlwaysOn] = true;
        if (options.Reference is { } reference)
            interventions[Methods.Reference] = Intervenes(reference.Policy, scores.Reference, scores.ReferenceResponse);
        foreach (var (name, policy) in options.Policies)
        {
            float? responseScore = scores.Response.TryGetValue(policy.PilotTokens, out var score) ? score : null;
            interventions[name] = Intervenes(policy, scores.Prompt, responseScore);
        }

        return interventions;
    }

    // An answer that ends at once has no pilot to look at, and nothing to intervene on.
    private static bool Intervenes(SafetyPolicy policy, float? prompt, float? response) =>
        prompt >= policy.PromptThreshold && (policy.Stages == GuardStages.Prompt || response >= policy.ResponseThreshold);

    private float ScorePilot(IProbe probe, int pilot, EvaluationRow row, out double milliseconds)
    {
        var states = new HiddenStates[probe.HiddenStates.Count];
        for (var i = 0; i < states.Length; i++)
        {
            var named = kept.First(k => k.Name == probe.HiddenStates[i]);
            named.Show(pilot);
            states[i] = named;
        }

        var started = Stopwatch.GetTimestamp();
        var score = probe.Score(states, ReadOnlyMemory<float>.Empty);
        milliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        return Checked(probe, score, row);
    }

    private static float? Score(IProbe? probe, DecodingSession session, EvaluationRow row, out double milliseconds)
    {
        milliseconds = 0;
        if (probe is null)
            return null;
        var started = Stopwatch.GetTimestamp();
        var states = new HiddenStates[probe.HiddenStates.Count];
        for (var i = 0; i < states.Length; i++)
            states[i] = session.GetHiddenStates(probe.HiddenStates[i]);
        var score = probe.Score(states, row.Prompt.ContentMask);
        milliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        return Checked(probe, score, row);
    }

    private static float Checked(IProbe probe, float score, EvaluationRow row) => score is >= 0 and <= 1
        ? score
        : throw new SafeSwitchException($"Row '{row.Data.Key}': probe '{probe.Name}' gave {score}, expected a probability. Train it again.");
}
