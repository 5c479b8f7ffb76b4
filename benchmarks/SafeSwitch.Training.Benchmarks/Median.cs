namespace SafeSwitch.Training.Benchmarks;

internal static class Median
{
    /// <summary>The middle of the values, or the mean of the two middle ones.</summary>
    public static double Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
