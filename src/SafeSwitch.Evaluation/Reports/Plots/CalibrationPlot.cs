using System.Globalization;
using SafeSwitch.Training.Metrics;
using ScottPlot;

namespace SafeSwitch.Evaluation.Reports.Plots;

/// <summary>A reliability diagram (Niculescu-Mizil and Caruana 2005): how often rows of a probability are positive, and how many there are.</summary>
internal static class CalibrationPlot
{
    // Counts stand in a strip of their own under the diagram.
    private const double Strip = -0.34, StripHeight = 0.2;

    public static Figure Of(string probe, IReadOnlyList<float> scores, IReadOnlyList<bool> positive, Estimate error, int bins = 10)
    {
        var figure = new Figure(
            string.Create(CultureInfo.InvariantCulture, $"Expected calibration error {error.Value:0.000} [{error.Lower:0.000}, {error.Upper:0.000}]"),
            string.Create(CultureInfo.InvariantCulture, $"{probe}, {scores.Count:N0} validation rows"),
            "the probe's probability",
            "rows that are positive",
            width: 640,
            height: 600);
        PercentAxis.Even(figure.Plot.Axes.Bottom);
        PercentAxis.Even(figure.Plot.Axes.Left);
        figure.Plot.Axes.SetLimits(0, 1, Strip - 0.02, 1.02);

        var perfect = figure.Plot.Add.Line(0, 0, 1, 1);
        (perfect.LineColor, perfect.LinePattern, perfect.LineWidth) = (Ink.Muted, LinePattern.Dashed, 1.2f);
        figure.Say("dashed: as often as promised ", 1, 0.02, Alignment.LowerRight, Ink.Muted);

        var filled = CalibrationError.Bins(scores, positive, bins);
        var most = filled.Max(b => b.Rows);
        foreach (var bin in filled)
        {
            var middle = (Math.Floor(Math.Min(bin.MeanScore, 0.999999) * bins) + 0.5) / bins;
            var height = StripHeight * bin.Rows / most;
            var bar = figure.Plot.Add.Rectangle(middle - 0.46 / bins, middle + 0.46 / bins, Strip, Strip + height);
            (bar.FillColor, bar.LineWidth) = (Ink.Pale, 0);
            figure.Say(bin.Rows.ToString("N0", CultureInfo.InvariantCulture), middle, Strip + height, Alignment.LowerCenter, Ink.Muted);
        }

        var floor = figure.Plot.Add.HorizontalLine(0, 1, Ink.Dark);
        floor.EnableAutoscale = false;
        figure.Say(" rows", 0, Strip + StripHeight + 0.07, Alignment.LowerLeft, Ink.Muted);

        foreach (var bin in filled)
            figure.Interval(bin.MeanScore, Estimate.Of(new Proportion((int)Math.Round(bin.FractionPositive * bin.Rows), bin.Rows)), Ink.Blue);
        var line = figure.Plot.Add.Scatter(filled.Select(b => new Coordinates(b.MeanScore, b.FractionPositive)).ToArray(), Ink.Blue);
        (line.LineWidth, line.MarkerSize) = (2, 9);
        return figure;
    }
}
