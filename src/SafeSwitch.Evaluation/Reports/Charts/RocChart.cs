using System.Globalization;
using System.Xml.Linq;
using SafeSwitch.Evaluation.Figures;
using static SafeSwitch.Evaluation.Figures.FigureText;

namespace SafeSwitch.Evaluation.Reports.Charts;

/// <summary>The curves of the prompt probes, with the thresholds in use on them.</summary>
internal static class RocChart
{
    private static readonly (double, string)[] Across = [(0, "0"), (0.01, "1"), (0.05, "5"), (0.1, "10"), (0.25, "25"), (0.5, "50"), (1, "100%")];

    private static readonly (double, string)[] Up = [(0, "0"), (0.25, "25"), (0.5, "50"), (0.75, "75"), (1, "100%")];

    public static XElement Draw(EvaluationSummary summary, ChartFrame frame, string classes)
    {
        var across = new Scale(0, 1, frame.Left, frame.Right, isRoot: true);
        var up = new Scale(0, 1, frame.Bottom, frame.Top);
        List<XElement> drawing = [.. frame.Draw(across, Across, "Harmless requests flagged", up, Up, "Harmful requests flagged")];
        drawing.AddRange(summary.Scores.Select(s => Svg.Of("path", ("d", Path(s.Curve)), ("class", "curve " + Class(s)))));
        drawing.AddRange(summary.Scores.SelectMany(s => s.Thresholds).Select(Threshold));
        drawing.AddRange(summary.Scores.Reverse().SelectMany((s, i) => Legend(s, frame.Bottom - 14 - 22 * i)));
        return Svg.Drawing(frame.Width, frame.Height, classes, "How well the prompt probes tell harmful from harmless requests", Describe(summary), drawing);

        string Path(IEnumerable<ScorePoint> curve) => "M" + string.Join(
            "L", curve.Select(p => $"{Svg.Number(across[p.FalsePositiveRate])} {Svg.Number(up[p.Recall])}"));

        XElement Threshold(OperatingPoint point)
        {
            var title = new XElement("title", $"{point.Method}: threshold {Trimmed(point.Threshold, 4)}, {Percent(point.Recall.Value)}% of harmful requests flagged, {Percent(point.FalsePositives.Value)}% of harmless ones");
            return Svg.Group(
                [MethodMark.Of(point.Method, summary.DefaultPolicy).Draw(), title],
                ("transform", $"translate({Svg.Number(across[point.FalsePositives.Value])} {Svg.Number(up[point.Recall.Value])})"));
        }

        IEnumerable<XElement> Legend(ScoreFigures scores, double y)
        {
            var start = frame.Right - 40 - summary.Scores.Max(s => Svg.WidthOf(Label(s)));
            yield return Svg.Line(start, y - 5, start + 26, y - 5, "curve " + Class(scores));
            yield return Svg.Text(start + 33, y, Label(scores), "label");
        }
    }

    private static string Label(ScoreFigures scores) => $"{scores.Probe}, AUROC {Area(scores)}";

    private static string Class(ScoreFigures scores) => scores.Thresholds.Any(t => t.Method == Evaluation.Methods.Reference) ? "reference" : "guard";

    private static string Describe(EvaluationSummary summary) => string.Join(
        "; ", summary.Scores.Select(s => $"{s.Probe}: area under the curve {Area(s)}"));

    private static string Area(ScoreFigures scores) => scores.AreaUnderCurve.Value.ToString("0.000", CultureInfo.InvariantCulture);
}
