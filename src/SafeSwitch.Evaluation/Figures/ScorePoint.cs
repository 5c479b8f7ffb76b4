namespace SafeSwitch.Evaluation.Figures;

/// <summary>A corner of a curve of scores.</summary>
/// <param name="FalsePositiveRate">Fraction of the harmless rows flagged.</param>
/// <param name="Recall">Fraction of the harmful rows flagged.</param>
public readonly record struct ScorePoint(double FalsePositiveRate, double Recall);
