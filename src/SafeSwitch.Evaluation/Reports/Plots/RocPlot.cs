using System.Globalization;
using SafeSwitch.Training.Metrics;
using SafeSwitch.Training.Probes;
using ScottPlot;

namespace SafeSwitch.Evaluation.Reports.Plots;

/// <summary>
/// Recall against everyday false positives, all sources and each. False positives are drawn by their logarithm: what matters to a
/// guard is how it does at 1% and below, which is a hair's breadth of the usual plot.
/// </summary>
internal static class RocPlot
{
    // A curve of fewer positive rows is a staircase.
    private const int RowsPerSource = 10;

    public static Figure Of(string probe, ScoredRows rows, ProbeFigures figures)
    {
        var possible = figures.Benign >= figures.BenignNeeded;
        var bound = PercentAxis.Show(figures.MaxFalsePositiveRate);
        var figure = new Figure(
            possible ? $"Recall {PercentAxis.Show(figures.RecallAtBound)} at {bound} everyday false positives" : "Recall against everyday false positives",
            string.Create(CultureInfo.InvariantCulture, $"{probe}, {figures.Positive:N0} positive and {figures.Benign:N0} everyday validation rows, ")
                + (possible ? string.Create(CultureInfo.InvariantCulture, $"threshold {figures.Threshold:0.000}") : $"too few for {bound}"),
            "everyday requests flagged (logarithmic)",
            "positive rows flagged");
        var lowest = (int)Math.Clamp(Math.Floor(Math.Log10(1.0 / Math.Max(1, figures.Benign))), -5, -1);
        PercentAxis.Decades(figure.Plot.Axes.Bottom, lowest);
        PercentAxis.Even(figure.Plot.Axes.Left);
        figure.Plot.Axes.SetLimits(lowest, 0, 0, 1.005);

        Draw(figure, CurveOf(rows, rows.IsPositiveOrBenign), lowest, Ink.Blue, width: 4).LegendText = "all positive rows";
        foreach (var (source, index) in Sources(rows, figures).Select((s, i) => (s, i + 1)))
        {
            var curve = Draw(figure, source.Curve, lowest, Ink.Of(index), width: 1.4f);
            curve.LinePattern = Ink.PatternOf(index);
            curve.LegendText = source.Label;
        }

        Chance(figure, lowest);
        if (possible)
            Mark(figure, rows, figures, lowest);
        figure.ShowLegend();
        return figure;
    }

    private static IEnumerable<(string Label, RocCurve Curve)> Sources(ScoredRows rows, ProbeFigures figures)
    {
        var sources = figures.Sources.Where(s => s.Positive && s.Flagged.Total >= RowsPerSource).ToList();
        return sources.Count < 2 ? [] : sources.OrderByDescending(s => s.Flagged.Value).Select(s => (
            string.Create(CultureInfo.InvariantCulture, $"{s.Source} ({s.Flagged.Total:N0}): {100 * s.Flagged.Value:0}%"),
            CurveOf(rows, i => rows.IsBenign(i) || rows.Rows[i].Positive && rows.Rows[i].Source == s.Source)));
    }

    private static RocCurve CurveOf(ScoredRows rows, Func<int, bool> counts)
    {
        int[] counted = [.. Enumerable.Range(0, rows.Scores.Count).Where(counts)];
        return RocCurve.Of([.. counted.Select(i => rows.Scores[i])], [.. counted.Select(i => rows.Positive[i])]);
    }

    private static ScottPlot.Plottables.Scatter Draw(Figure figure, RocCurve curve, int lowest, Color color, float width)
    {
        var steps = new List<Coordinates>();
        foreach (var level in curve.Points.GroupBy(p => PercentAxis.Log(p.FalsePositiveRate, lowest)))
        {
            var recall = level.Max(p => p.Recall);
            if (steps.Count == 0 || recall > steps[^1].Y || level.Key == 0)
                steps.Add(new Coordinates(level.Key, recall));
        }

        var line = figure.Plot.Add.ScatterLine(steps, color);
        line.ConnectStyle = ConnectStyle.StepHorizontal;
        line.LineWidth = width;
        return line;
    }

    private static void Chance(Figure figure, int lowest)
    {
        var shares = Enumerable.Range(0, 101).Select(i => lowest * (1 - i / 100.0));
        var line = figure.Plot.Add.ScatterLine(shares.Select(x => new Coordinates(x, Math.Pow(10, x))).ToArray(), Ink.Muted);
        line.LinePattern = LinePattern.Dotted;
        line.LegendText = "chance";
    }

    private static void Mark(Figure figure, ScoredRows rows, ProbeFigures figures, int lowest)
    {
        var at = PercentAxis.Log(figures.MaxFalsePositiveRate, lowest);
        var line = figure.Plot.Add.VerticalLine(at, width: 1.2f, Ink.Muted, LinePattern.Dashed);
        line.EnableAutoscale = false;
        // The threshold keeps the bound for rows to come, so it flags a little less of these.
        var flagged = Proportion.Of(Enumerable.Range(0, rows.Scores.Count).Where(rows.IsBenign).Select(i => rows.Scores[i] >= figures.Threshold));
        var (x, recall) = (PercentAxis.Log(flagged.Value, lowest), figures.RecallAtBound);
        figure.Interval(x, recall, Ink.Blue);
        figure.Plot.Add.Marker(x, recall.Value, MarkerShape.FilledCircle, 10, Ink.Blue);
    }
}
