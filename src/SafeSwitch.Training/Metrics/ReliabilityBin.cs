namespace SafeSwitch.Training.Metrics;

/// <summary>Rows of similar score.</summary>
/// <param name="Rows">How many.</param>
/// <param name="MeanScore">Their mean probability.</param>
/// <param name="FractionPositive">How many of them are positive, as a fraction.</param>
public readonly record struct ReliabilityBin(int Rows, double MeanScore, double FractionPositive);
