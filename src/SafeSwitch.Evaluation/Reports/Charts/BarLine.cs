namespace SafeSwitch.Evaluation.Reports.Charts;

/// <summary>A bar. Places are parts of the whole width, from 0 to 1.</summary>
/// <param name="Name">What it is about.</param>
/// <param name="Detail">More of that, set back.</param>
/// <param name="Value">Where the bar ends.</param>
/// <param name="Lower">Where its interval begins.</param>
/// <param name="Upper">Where its interval ends.</param>
/// <param name="Text">The figure in words.</param>
/// <param name="Class">The class that sets its colour.</param>
internal sealed record BarLine(string Name, string? Detail, double Value, double Lower, double Upper, string Text, string Class)
{
    /// <summary>Other methods on the same line.</summary>
    public IReadOnlyList<(double At, MethodMark Mark)> Marks { get; init; } = [];
}
