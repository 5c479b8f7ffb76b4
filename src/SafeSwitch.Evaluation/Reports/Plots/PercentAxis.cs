using System.Globalization;
using ScottPlot;

namespace SafeSwitch.Evaluation.Reports.Plots;

/// <summary>Shares as people read them: axes and texts in percent.</summary>
internal static class PercentAxis
{
    /// <summary>An even axis from 0 to 1.</summary>
    public static void Even(IAxis axis, int steps = 5) =>
        Figure.Ticks(axis, Enumerable.Range(0, steps + 1).Select(i => ((double)i / steps, Show((double)i / steps))));

    /// <summary>Decades from a lowest share up to 1, as their logarithms to base 10, which is where <see cref="Log"/> puts a share.</summary>
    public static void Decades(IAxis axis, int lowest) =>
        Figure.Ticks(axis, Enumerable.Range(lowest, 1 - lowest).Select(d => ((double)d, Show(Math.Pow(10, d)))));

    /// <summary>Where a share lies on such an axis; those below the lowest decade stand at its edge.</summary>
    public static double Log(double share, int lowest) => Math.Max(lowest, Math.Log10(share));

    /// <summary><c>12.5%</c>, with as many digits as a share that small needs.</summary>
    public static string Show(double share) => (100 * share).ToString("0.###", CultureInfo.InvariantCulture) + "%";

    /// <summary><c>65% [58, 71]</c></summary>
    public static string Show(Training.Metrics.Estimate share) => string.Create(
        CultureInfo.InvariantCulture, $"{100 * share.Value:0}% [{100 * share.Lower:0}, {100 * share.Upper:0}]");
}
