using SafeSwitch.Training.States;
using System.Globalization;
using SafeSwitch.Evaluation.Reports.Charts;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Probes.Sweeps;

namespace SafeSwitch.Evaluation.Reports.Probes;

/// <summary>A sweep: mean recall of left-out sources against the layer that a network reads, a line a pooling.</summary>
internal static class SweepPlot
{
    // Series are side by side: their intervals would cover each other.
    private const double Beside = 0.09;

    /// <summary>Whether some designs read one layer each: others have no place on the axis.</summary>
    public static bool Fits(SweepResult sweep) => Single(sweep).Any();

    public static string Draw(SweepResult sweep, double maxFalsePositiveRate)
    {
        var folds = sweep.Folds.Count(f => f.Sources.Count > 0);
        var plot = new Plot(
            $"Mean recall at {ShareText.Percent(maxFalsePositiveRate)} everyday false positives, by layer",
            folds == 0
                ? "validation rows of sources that training saw; 95% bootstrap intervals"
                : sweep.LeavesBothOut ? string.Create(CultureInfo.InvariantCulture, $"every source while it was left out of training, in {folds} parts; 95% bootstrap intervals")
                : string.Create(CultureInfo.InvariantCulture, $"each of {folds} sources while it was left out of training; 95% bootstrap intervals"),
            width: 740);

        var single = Single(sweep).DistinctBy(r => (r.Design.Members[0].Form, r.Design.Members[0].Layers[0])).ToList();
        string[] layers = [.. single.Select(r => r.Design.Members[0].Layers[0]).Distinct().OrderBy(LayerNames.Order)];
        var top = Math.Min(1, Math.Ceiling((sweep.Rows.Max(r => r.MeanRecall.Upper) + 0.04) * 10) / 10);
        var across = new Scale(-0.5, layers.Length - 0.5, plot.Frame.Left, plot.Frame.Right);
        var up = new Scale(0, top, plot.Frame.Bottom, plot.Frame.Top);
        plot.Add(plot.Frame.Draw(
            across, layers.Select((l, i) => ((double)i, LayerNames.Short(l))), "hidden state read", up, ShareText.Ticks(10, top), "mean recall"));

        var poolings = single.GroupBy(r => r.Design.Members[0].Form).ToList();
        foreach (var (series, pooling) in poolings.Index())
        {
            var beside = (series - (poolings.Count - 1) / 2.0) * Beside;
            var points = pooling
                .OrderBy(r => LayerNames.Order(r.Design.Members[0].Layers[0]))
                .Select(r => (X: across[Array.IndexOf(layers, r.Design.Members[0].Layers[0]) + beside], r.MeanRecall)).ToList();
            foreach (var (x, recall) in points)
                plot.Interval(series, x, up[recall.Lower], up[recall.Upper]);
            plot.Curve(points.Select(p => (p.X, up[p.MeanRecall.Value])), "curve " + Plot.ClassOf(series));
            foreach (var (x, recall) in points)
                plot.Mark(series, x, up[recall.Value]);
            plot.Legend(pooling.Key, "curve " + Plot.ClassOf(series), series);
        }

        MarkChosen(plot, sweep.Chosen, up[sweep.Chosen.MeanRecall.Value]);
        return plot.ToSvg();
    }

    private static IEnumerable<SweepRow> Single(SweepResult sweep) => sweep.Rows.Where(r => r.Design.Members is [{ Layers: [_] }]);

    private static void MarkChosen(Plot plot, SweepRow chosen, double y)
    {
        plot.Add(Svg.Line(plot.Frame.Left, y, plot.Frame.Right, y, "chosen"));
        // Under the line where there is no room above it.
        var below = y - plot.Frame.Top < 20;
        plot.Add(Svg.Text(
            plot.Frame.Right - 4, below ? y + 17 : y - 7, $"chosen: {chosen.Design.Describe()}, {ShareText.Percent(chosen.MeanRecall)}", "label end"));
    }
}
