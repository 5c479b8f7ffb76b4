namespace SafeSwitch.Evaluation.Figures;

/// <summary>What a threshold on a probe's score does by itself, before any other stage looks.</summary>
/// <param name="Method">The method whose threshold it is.</param>
/// <param name="Threshold">Scores at or above it are flagged.</param>
/// <param name="FalsePositives">Harmless rows flagged.</param>
/// <param name="Recall">Harmful rows flagged.</param>
public sealed record OperatingPoint(string Method, double Threshold, ShareFigure FalsePositives, ShareFigure Recall);
