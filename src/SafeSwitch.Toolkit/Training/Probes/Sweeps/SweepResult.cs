namespace SafeSwitch.Toolkit.Training.Probes.Sweeps;

/// <summary>What a sweep found.</summary>
/// <param name="Rows">Every design: the single networks, then designs of one's own, then ensembles as they grew.</param>
/// <param name="Chosen">The best.</param>
/// <param name="Folds">What was left out, one at a time.</param>
public sealed record SweepResult(IReadOnlyList<SweepRow> Rows, SweepRow Chosen, IReadOnlyList<SweepFold> Folds);
