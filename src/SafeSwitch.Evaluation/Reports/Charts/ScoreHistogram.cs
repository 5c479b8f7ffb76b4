using System.Xml.Linq;
using SafeSwitch.Evaluation.Figures;
using static SafeSwitch.Evaluation.Figures.FigureText;

namespace SafeSwitch.Evaluation.Reports.Charts;

/// <summary>The distribution of a probe's scores: harmless requests upwards, harmful ones downwards, with the thresholds in use.</summary>
internal static class ScoreHistogram
{
    private static readonly (double, string)[] Ticks =
        [.. new[] { 0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999 }.Select(p => (LogOdds(p), p.ToString(System.Globalization.CultureInfo.InvariantCulture)))];

    public static XElement Draw(ScoreFigures scores, string? defaultPolicy, ChartFrame frame, string classes)
    {
        var across = new Scale(ScoreFigures.LowestLogOdds, -ScoreFigures.LowestLogOdds, frame.Left, frame.Right);
        var middle = (frame.Top + frame.Bottom) / 2;
        int harmless = scores.HarmlessRows.Sum(), harmful = scores.HarmfulRows.Sum();
        var highest = scores.HarmlessRows.Select(n => (double)n / harmless).Concat(scores.HarmfulRows.Select(n => (double)n / harmful)).Max();
        var height = new Scale(0, highest, 0, middle - frame.Top - 24);
        var width = (frame.Right - frame.Left) / ScoreFigures.Bins;

        List<XElement> drawing = [];
        foreach (var (at, text) in Ticks)
        {
            drawing.Add(Svg.Line(across[at], frame.Top, across[at], frame.Bottom, "grid"));
            drawing.Add(Svg.Text(across[at], frame.Bottom + 18, text, "tick middle"));
        }

        for (var i = 0; i < ScoreFigures.Bins; i++)
        {
            double up = height[(double)scores.HarmlessRows[i] / harmless], down = height[(double)scores.HarmfulRows[i] / harmful], x = frame.Left + i * width;
            drawing.Add(Bar(x, middle - up, up, "harmless"));
            drawing.Add(Bar(x, middle, down, "harmful"));
        }

        drawing.Add(Svg.Line(frame.Left, middle, frame.Right, middle, "axis"));
        drawing.AddRange(scores.Thresholds.Select(t =>
            Svg.Line(across[LogOdds(t.Threshold)], frame.Top + 16, across[LogOdds(t.Threshold)], frame.Bottom, "threshold " + MethodMark.Of(t.Method, defaultPolicy).Class)));
        if (scores.Thresholds.FirstOrDefault(t => t.Method == defaultPolicy) is { } shown)
            drawing.Add(Svg.Text(across[LogOdds(shown.Threshold)], frame.Top + 10, shown.Method, "label guard middle"));
        drawing.Add(Svg.Text(frame.Left + 4, frame.Top + 12, $"harmless, {Number(harmless)}", "label harmless"));
        drawing.Add(Svg.Text(frame.Left + 4, frame.Bottom - 6, $"harmful, {Number(harmful)}", "label harmful"));
        drawing.Add(Svg.Text((frame.Left + frame.Right) / 2, frame.Height - 8, "Score of the " + scores.Probe + ", as a probability", "name middle"));
        return Svg.Drawing(
            frame.Width,
            frame.Height,
            classes,
            $"Scores of the {scores.Probe}",
            string.Join("; ", scores.Thresholds.Select(t => $"at the threshold of {t.Method}, {Trimmed(t.Threshold, 4)}, {Percent(t.Recall.Value)}% of harmful and {Percent(t.FalsePositives.Value)}% of harmless requests are flagged")),
            drawing);

        XElement Bar(double x, double y, double size, string label) =>
            Svg.Of("rect", ("x", x + 0.75), ("y", y), ("width", width - 1.5), ("height", size), ("class", "bin " + label));
    }

    private static double LogOdds(double probability) => Math.Log(probability / (1 - probability));
}
