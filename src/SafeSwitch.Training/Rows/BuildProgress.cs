namespace SafeSwitch.Training.Rows;

/// <summary>How far a step is.</summary>
/// <param name="Step">The step, such as <c>collect</c>.</param>
/// <param name="Done">Units done.</param>
/// <param name="Total">Units in all; 0 if unknown.</param>
/// <param name="Unit">What is counted, such as <c>prompt tokens</c>.</param>
/// <param name="Rate">Units a second, of those done in this run; 0 if unknown.</param>
/// <param name="TimeLeft">What is left at that rate; <see langword="null"/> if unknown.</param>
/// <param name="Note">A word on what was just done or found, for people.</param>
public sealed record BuildProgress(
    string Step, double Done, double Total, string Unit, double Rate = 0, TimeSpan? TimeLeft = null, string? Note = null);
