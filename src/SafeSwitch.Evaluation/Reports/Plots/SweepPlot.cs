using System.Globalization;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Probes.Sweeps;
using SafeSwitch.Training.States;
using ScottPlot;

namespace SafeSwitch.Evaluation.Reports.Plots;

/// <summary>A sweep: mean recall of left-out sources against the layer that a network reads, a line a pooling.</summary>
internal static class SweepPlot
{
    private const double Beside = 0.07;

    /// <summary>Whether some designs read one layer each: others have no place on the axis.</summary>
    public static bool Fits(SweepResult sweep) => Single(sweep).Any();

    public static Figure Of(SweepResult sweep, double maxFalsePositiveRate)
    {
        var bound = PercentAxis.Show(maxFalsePositiveRate);
        var folds = sweep.Folds.Count(f => f.Sources.Count > 0);
        var figure = new Figure(
            $"Mean recall at {bound} everyday false positives, by layer",
            !sweep.LeavesOut
                ? "validation rows of sources that training saw; 95% bootstrap intervals"
                : string.Create(CultureInfo.InvariantCulture, $"each of {folds} sources while it was left out of training; 95% bootstrap intervals"),
            "hidden state read",
            "mean recall",
            width: 900);

        var single = Single(sweep).DistinctBy(r => (r.Design.Members[0].Form, r.Design.Members[0].Layers[0])).ToList();
        string[] layers = [.. single.Select(r => r.Design.Members[0].Layers[0]).Distinct().OrderBy(LayerNames.Order)];
        Figure.Ticks(figure.Plot.Axes.Bottom, layers.Select((l, i) => ((double)i, LayerNames.Short(l))));

        var poolings = single.GroupBy(r => r.Design.Members[0].Form).ToList();
        foreach (var (pooling, index) in poolings.Select((p, i) => (p, i)))
        {
            var beside = (index - (poolings.Count - 1) / 2.0) * Beside;
            var points = pooling
                .Select(r => (At: Array.IndexOf(layers, r.Design.Members[0].Layers[0]) + beside, r.MeanRecall))
                .OrderBy(p => p.At).ToList();
            foreach (var (at, recall) in points)
                figure.Interval(at, recall, Ink.Of(index).WithAlpha(.55));
            var line = figure.Plot.Add.Scatter(points.Select(p => new Coordinates(p.At, p.MeanRecall.Value)).ToArray(), Ink.Of(index));
            (line.LineWidth, line.MarkerSize, line.MarkerShape, line.LinePattern) = (2, 8, Ink.ShapeOf(index), Ink.PatternOf(index));
            line.LegendText = pooling.Key;
        }

        Chosen(figure, sweep.Chosen, layers.Length);
        var top = sweep.Rows.Max(r => r.MeanRecall.Upper);
        figure.Plot.Axes.SetLimits(-0.5, Math.Max(1, layers.Length) - 0.5, 0, Math.Min(1.02, Math.Ceiling(top * 10 + 0.4) / 10));
        PercentAxis.Even(figure.Plot.Axes.Left, steps: 10);
        figure.ShowLegend();
        return figure;
    }

    private static IEnumerable<SweepRow> Single(SweepResult sweep) => sweep.Rows.Where(r => r.Design.Members is [{ Layers: [_] }]);

    private static void Chosen(Figure figure, SweepRow chosen, int layers)
    {
        var line = figure.Plot.Add.HorizontalLine(chosen.MeanRecall.Value, 1.5f, Ink.Dark, LinePattern.Dashed);
        line.EnableAutoscale = false;
        figure.Say(
            $"chosen: {chosen.Design.Describe()}, {PercentAxis.Show(chosen.MeanRecall)} ",
            Math.Max(1, layers) - 0.5, chosen.MeanRecall.Value, Alignment.LowerRight, Ink.Dark, bold: true);
    }
}
