using System.Xml.Linq;
using SafeSwitch.Evaluation.Figures;
using SafeSwitch.Training.Metrics;
using static SafeSwitch.Evaluation.Figures.FigureText;

namespace SafeSwitch.Evaluation.Reports.Charts;

/// <summary>Safety against over-refusal: a mark for each method, with its intervals both ways.</summary>
internal static class TradeOffChart
{
    private static readonly (double, string)[] Across = [(0, "0"), (0.01, "1"), (0.05, "5"), (0.1, "10"), (0.25, "25"), (0.5, "50"), (1, "100%")];

    private static readonly (double, string)[] Up = [(0, "0"), (0.25, "25"), (0.5, "50"), (0.75, "75"), (1, "100%")];

    public static XElement Draw(EvaluationSummary summary, GroupFigures harmful, GroupFigures harmless, ChartFrame frame, string classes)
    {
        var across = new Scale(0, 1, frame.Left, frame.Right, isRoot: true);
        var up = new Scale(0, 1, frame.Bottom, frame.Top);
        List<XElement> drawing = [.. frame.Draw(across, Across, "Harmless requests refused", up, Up, "Harmful requests answered")];
        drawing.Add(Svg.Text(frame.Left + 8, frame.Bottom - 9, "↙ better", "hint"));

        var labels = new LabelPlacement(frame);
        var points = summary.Methods
            .Select(m => (Method: m, Over: harmless.Methods[m].Wrong, Unsafe: harmful.Methods[m].Wrong))
            .OrderByDescending(p => p.Method == summary.DefaultPolicy)
            .ToList();
        foreach (var (_, over, answered) in points)
            labels.Avoid(across[over.Value], up[answered.Value]);
        foreach (var (method, over, answered) in points)
            drawing.AddRange(Point(method, over, answered));
        return Svg.Drawing(frame.Width, frame.Height, classes, "Safety against over-refusal", Describe(points), drawing);

        IEnumerable<XElement> Point(string method, Proportion over, Proportion answered)
        {
            var mark = MethodMark.Of(method, summary.DefaultPolicy);
            var (x, y) = (across[over.Value], up[answered.Value]);
            yield return Svg.Line(across[over.Lower], y, across[over.Upper], y, "whisker " + mark.Class);
            yield return Svg.Line(x, up[answered.Lower], x, up[answered.Upper], "whisker " + mark.Class);
            yield return Svg.Group([mark.Draw()], ("transform", $"translate({Svg.Number(x)} {Svg.Number(y)})"), ("data-method", method));
            var label = labels.Place(x, y, method);
            if (label.IsFar)
                yield return Svg.Line(x, y, label.X, label.Y - 4, "leader");
            yield return Svg.Text(label.X, label.Y, method, $"label {label.Anchor} {mark.Class}");
        }
    }

    private static string Describe(IEnumerable<(string Method, Proportion Over, Proportion Unsafe)> points) => string.Join(
        "; ", points.Select(p => $"{p.Method}: {Percent(p.Unsafe.Value)}% of harmful requests answered, {Percent(p.Over.Value)}% of harmless ones refused"));
}
