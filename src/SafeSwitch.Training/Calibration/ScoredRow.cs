namespace SafeSwitch.Training.Calibration;

/// <summary>A labelled row and what a probe said of it.</summary>
/// <param name="Score">The probability, in [0, 1].</param>
/// <param name="Positive">The label.</param>
/// <param name="Source">Where the row came from.</param>
/// <param name="Set">The file that it came from: its kind.</param>
public readonly record struct ScoredRow(float Score, bool Positive, string Source, string Set);
