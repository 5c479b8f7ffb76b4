namespace SafeSwitch.Training.Probes.Sweeps;

/// <summary>What a sweep found. The choice is by left-out sources, never by test rows.</summary>
/// <param name="Rows">Every design: the single networks, then designs of one's own, then ensembles as they grew.</param>
/// <param name="Chosen">The best.</param>
/// <param name="Folds">What was left out, one at a time.</param>
public sealed record SweepResult(IReadOnlyList<SweepRow> Rows, SweepRow Chosen, IReadOnlyList<SweepFold> Folds)
{
    /// <summary>How the best was chosen, in words.</summary>
    public string Rule { get; init; } = SweepSearch.Rule;

    /// <summary>Whether some source was left out; with one harmful source only, figures are of sources that training saw.</summary>
    internal bool LeavesOut => Folds.Any(f => f.Sources.Count > 0);
}
