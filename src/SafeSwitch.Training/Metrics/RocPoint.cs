namespace SafeSwitch.Training.Metrics;

/// <summary>One operating point.</summary>
/// <param name="Threshold">Scores at or above it are flagged.</param>
/// <param name="FalsePositiveRate">Fraction of the negative rows flagged.</param>
/// <param name="Recall">Fraction of the positive rows flagged.</param>
public readonly record struct RocPoint(double Threshold, double FalsePositiveRate, double Recall);
