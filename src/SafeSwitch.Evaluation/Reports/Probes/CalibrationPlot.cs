using System.Globalization;
using SafeSwitch.Evaluation.Reports.Charts;
using SafeSwitch.Training.Metrics;

namespace SafeSwitch.Evaluation.Reports.Probes;

/// <summary>A reliability diagram (Niculescu-Mizil and Caruana 2005): how often rows of a probability are positive, and how many there are.</summary>
internal static class CalibrationPlot
{
    // Counts are in a strip of their own under the diagram.
    private const double StripHeight = 80, BarHeight = 52;

    public static string Draw(string probe, IReadOnlyList<float> scores, IReadOnlyList<bool> positive, Estimate error, int bins = 10)
    {
        var plot = new Plot(
            string.Create(CultureInfo.InvariantCulture, $"Expected calibration error {error.Value:0.000} [{error.Lower:0.000}, {error.Upper:0.000}]"),
            string.Create(CultureInfo.InvariantCulture, $"{probe}, {scores.Count:N0} validation rows"),
            height: 620);
        var frame = plot.Frame;
        var floor = frame.Bottom - StripHeight;
        var across = new Scale(0, 1, frame.Left, frame.Right);
        var up = new Scale(0, 1, floor, frame.Top);
        plot.Add(frame.Draw(across, ShareText.Ticks(5), "the probe's probability", up, ShareText.Ticks(5), "rows that are positive"));
        plot.Add(Svg.Line(frame.Left, floor, frame.Right, floor, "axis"));
        plot.Add(Svg.Line(frame.Left, floor, frame.Right, frame.Top, "aside"));
        plot.Add(Svg.Text(frame.Right - 8, floor - 8, "dashed: as often as promised", "detail end"));
        plot.Add(Svg.Text(frame.Left + 6, floor + 16, "rows", "detail"));

        var filled = CalibrationError.Bins(scores, positive, bins);
        var height = new Scale(0, filled.Max(b => b.Rows), 0, BarHeight);
        foreach (var bin in filled)
        {
            // A bin holds the scores from its number on; the last one also those at 1.
            var left = Math.Min(Math.Floor(bin.MeanScore * bins), bins - 1) / bins;
            double x = across[left], width = across[left + 1.0 / bins] - x, bar = height[bin.Rows];
            plot.Add(Svg.Of("rect", ("x", x + 2), ("y", frame.Bottom - bar), ("width", width - 4), ("height", bar), ("class", "bin")));
            plot.Add(Svg.Text(x + width / 2, frame.Bottom - bar - 5, bin.Rows.ToString("N0", CultureInfo.InvariantCulture), "detail middle"));
        }

        foreach (var bin in filled)
        {
            var share = new Proportion((int)Math.Round(bin.FractionPositive * bin.Rows), bin.Rows);
            plot.Interval(0, across[bin.MeanScore], up[share.Lower], up[share.Upper]);
        }

        plot.Curve(filled.Select(b => (across[b.MeanScore], up[b.FractionPositive])), "curve " + Plot.ClassOf(0));
        foreach (var bin in filled)
            plot.Mark(0, across[bin.MeanScore], up[bin.FractionPositive]);
        return plot.ToSvg();
    }
}
