using System.Diagnostics;
using SafeSwitch.Backends;
using SafeSwitch.Monitoring;

namespace SafeSwitch.Toolkit.Evaluation;

/// <summary>The probes of every method compared, on the states of one run.</summary>
internal sealed class RowProbes
{
    private readonly EvaluationOptions options;
    private readonly IProbe? prompt;
    private readonly IProbe? response;
    private readonly int[] pilots;
    private readonly KeptStates[] kept;

    public RowProbes(LoadedBundle bundle, EvaluationOptions options)
    {
        this.options = options;
        var isGuarded = options.Policies.Count > 0;
        prompt = isGuarded ? bundle.Probes.First(p => p.Stage == MonitorStage.Prompt) : null;
        response = isGuarded ? bundle.Probes.FirstOrDefault(p => p.Stage == MonitorStage.Response) : null;
        pilots = [.. options.Policies.Values
            .Where(p => p.Stages == GuardStages.PromptAndResponse).Select(p => p.PilotTokens).Distinct().Order()];
        kept = pilots.Length == 0 ? [] : [.. response!.HiddenStates.Select(s => new KeptStates(s, bundle.Model.Info.HiddenSize, LongestPilot))];
        States = [.. new[] { prompt, response, options.Reference }.OfType<IProbe>().SelectMany(p => p.HiddenStates).Distinct()];
    }

    /// <summary>What they read.</summary>
    public IReadOnlyList<string> States { get; }

    /// <summary>Where the states of the pilot go.</summary>
    public IReadOnlyList<KeptStates> Kept => kept;

    public int LongestPilot => pilots.Length > 0 ? pilots[^1] : 0;

    /// <summary>Scores the prompt just run.</summary>
    public RowScores ScorePrompt(IDecodingSession session, EvaluationRow row)
    {
        foreach (var states in kept)
            states.Clear();
        var promptScore = Score(prompt, session, row, out var promptMs);
        var referenceScore = Score(options.Reference, session, row, out var referenceMs);
        return new RowScores(promptScore, referenceScore, new Dictionary<int, float>(), new RowTimings
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
        if (stepMs.Count == 0 || pilots.Length == 0)
            return scores;
        var response = new Dictionary<int, float>();
        var pilotMs = new Dictionary<int, double>();
        var probeMs = new Dictionary<int, double>();
        foreach (var pilot in pilots)
        {
            foreach (var states in kept)
                states.Show(pilot);
            var started = Stopwatch.GetTimestamp();
            response[pilot] = Checked(this.response!, this.response!.Score(kept, ReadOnlyMemory<float>.Empty), row);
            probeMs[pilot] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            pilotMs[pilot] = stepMs[Math.Min(pilot, stepMs.Count) - 1];
        }

        return scores with { Response = response, Timings = scores.Timings with { PilotMs = pilotMs, ResponseProbeMs = probeMs } };
    }

    /// <summary>What each method does about the scores.</summary>
    public IReadOnlyDictionary<string, bool> Decide(RowScores scores)
    {
        var interventions = new Dictionary<string, bool>();
        if (options.AlwaysOn)
            interventions[Methods.AlwaysOn] = true;
        if (scores.Reference is { } reference)
            interventions[Methods.Reference] = reference >= options.ReferenceThreshold;
        foreach (var (name, policy) in options.Policies)
        {
            // An answer that ends at once has no pilot to look at, and nothing to intervene on.
            interventions[name] = scores.Prompt >= policy.PromptThreshold
                && (policy.Stages == GuardStages.Prompt
                    || (scores.Response.TryGetValue(policy.PilotTokens, out var score) && score >= policy.ResponseThreshold));
        }

        return interventions;
    }

    private static float? Score(IProbe? probe, IDecodingSession session, EvaluationRow row, out double milliseconds)
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
