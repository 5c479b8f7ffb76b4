using System.Globalization;
using SafeSwitch.Evaluation.Reports.Charts;
using SafeSwitch.Training.Metrics;

namespace SafeSwitch.Evaluation.Reports.Probes;

/// <summary>Shares as a probe's plots show them: in percent, on axes and in texts.</summary>
internal static class ShareText
{
    /// <summary>Ticks of an axis from 0 to 1.</summary>
    public static IEnumerable<(double At, string Text)> Ticks(int steps, double to = 1) =>
        Enumerable.Range(0, steps + 1).Select(i => (double)i / steps).Where(s => s <= to + 1e-9).Select(s => (s, Percent(s)));

    /// <summary><c>12.5%</c>, with as many digits as a share that small needs.</summary>
    public static string Percent(double share) => (100 * share).ToString("0.###", CultureInfo.InvariantCulture) + "%";

    /// <summary><c>65% [58, 71]</c></summary>
    public static string Percent(Estimate share) => string.Create(
        CultureInfo.InvariantCulture, $"{100 * share.Value:0}% [{100 * share.Lower:0}, {100 * share.Upper:0}]");
}
