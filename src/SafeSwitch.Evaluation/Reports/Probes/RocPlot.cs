using System.Globalization;
using SafeSwitch.Evaluation.Reports.Charts;
using SafeSwitch.Training.Metrics;
using SafeSwitch.Training.Probes;

namespace SafeSwitch.Evaluation.Reports.Probes;

/// <summary>
/// Recall against everyday false positives, all sources and each. False positives are drawn by their logarithm: what matters to a
/// guard is how it does at 1% and below, which is a hair's breadth of the usual plot.
/// </summary>
internal sealed class RocPlot
{
    // A curve of fewer positive rows is a staircase.
    private const int RowsPerSource = 10;

    private readonly ScoredRows rows;
    private readonly ProbeFigures figures;
    private readonly Plot plot;
    private readonly int lowest;
    private readonly Scale across;
    private readonly Scale up;

    private RocPlot(string probe, ScoredRows rows, ProbeFigures figures)
    {
        (this.rows, this.figures) = (rows, figures);
        var bound = ShareText.Percent(figures.MaxFalsePositiveRate);
        plot = new Plot(
            IsPossible ? $"Recall {ShareText.Percent(figures.RecallAtBound)} at {bound} everyday false positives" : "Recall against everyday false positives",
            string.Create(CultureInfo.InvariantCulture, $"{probe}, {figures.Positive:N0} positive and {figures.Benign:N0} everyday validation rows, ")
                + (IsPossible ? string.Create(CultureInfo.InvariantCulture, $"threshold {figures.Threshold:0.000}") : $"too few for {bound}"));
        lowest = (int)Math.Clamp(Math.Floor(Math.Log10(1.0 / Math.Max(1, figures.Benign))), -5, -1);
        across = new Scale(lowest, 0, plot.Frame.Left, plot.Frame.Right);
        up = new Scale(0, 1, plot.Frame.Bottom, plot.Frame.Top);
    }

    private bool IsPossible => figures.Benign >= figures.BenignNeeded;

    public static string Draw(string probe, ScoredRows rows, ProbeFigures figures) => new RocPlot(probe, rows, figures).Draw();

    private string Draw()
    {
        plot.Add(plot.Frame.Draw(
            across,
            Enumerable.Range(lowest, 1 - lowest).Select(d => ((double)d, ShareText.Percent(Math.Pow(10, d)))),
            "everyday requests flagged (logarithmic)",
            up,
            ShareText.Ticks(5),
            "positive rows flagged"));
        plot.Curve(Enumerable.Range(0, 101).Select(i => lowest * (1 - i / 100.0)).Select(x => (across[x], up[Math.Pow(10, x)])), "dotted");

        Draw("all positive rows", CurveOf(rows.IsPositiveOrBenign), "curve bold " + Plot.ClassOf(0));
        var series = 1;
        foreach (var (label, curve) in Sources())
            Draw(label, curve, "curve thin " + Plot.ClassOf(series++));
        plot.Legend("chance", "dotted");
        if (IsPossible)
            MarkBound();
        return plot.ToSvg();
    }

    private IEnumerable<(string Label, RocCurve Curve)> Sources()
    {
        var sources = figures.Sources.Where(s => s.Positive && s.Flagged.Total >= RowsPerSource).ToList();
        return sources.Count < 2 ? [] : sources.OrderByDescending(s => s.Flagged.Value).Select(s => (
            string.Create(CultureInfo.InvariantCulture, $"{s.Source} ({s.Flagged.Total:N0}): {100 * s.Flagged.Value:0}%"),
            CurveOf(i => rows.IsBenign(i) || (rows.Rows[i].Positive && rows.Rows[i].Source == s.Source))));
    }

    private RocCurve CurveOf(Func<int, bool> counts)
    {
        int[] counted = [.. Enumerable.Range(0, rows.Scores.Count).Where(counts)];
        return RocCurve.Of([.. counted.Select(i => rows.Scores[i])], [.. counted.Select(i => rows.Positive[i])]);
    }

    private void Draw(string label, RocCurve curve, string classes)
    {
        var steps = new List<(double X, double Y)>();
        foreach (var level in curve.Points.GroupBy(p => Log(p.FalsePositiveRate)))
        {
            var (x, y) = (across[level.Key], up[level.Max(p => p.Recall)]);
            // From step to step, never slanting: between two thresholds there is none.
            if (steps.Count > 0)
                steps.Add((x, steps[^1].Y));
            steps.Add((x, y));
        }

        plot.Curve(steps, classes);
        plot.Legend(label, classes);
    }

    private void MarkBound()
    {
        var bound = across[Log(figures.MaxFalsePositiveRate)];
        plot.Add(Svg.Line(bound, plot.Frame.Top, bound, plot.Frame.Bottom, "aside"));
        // The threshold keeps the bound for rows to come, so it flags a little less of these.
        var flagged = Proportion.Of(Enumerable.Range(0, rows.Scores.Count).Where(rows.IsBenign).Select(i => rows.Scores[i] >= figures.Threshold));
        var (x, recall) = (across[Log(flagged.Value)], figures.RecallAtBound);
        plot.Interval(0, x, up[recall.Lower], up[recall.Upper]);
        plot.Mark(0, x, up[recall.Value]);
    }

    // Shares below the lowest decade are drawn at its edge.
    private double Log(double share) => Math.Max(lowest, Math.Log10(share));
}
