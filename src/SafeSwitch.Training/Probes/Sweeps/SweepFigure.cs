using SafeSwitch.Training.Metrics;

namespace SafeSwitch.Training.Probes.Sweeps;

/// <summary>One cell of a sweep's table.</summary>
/// <param name="Fold">What was left out.</param>
/// <param name="Rows">Which rows were looked at: a left-out family, or a set.</param>
/// <param name="Harmful">Whether they are harmful (flagged is recall) or harmless (flagged is over-refusal).</param>
/// <param name="Flagged">How many were flagged.</param>
public sealed record SweepFigure(string Fold, string Rows, bool Harmful, Proportion Flagged);
