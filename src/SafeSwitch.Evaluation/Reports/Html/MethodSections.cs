using System.Xml.Linq;
using SafeSwitch.Evaluation.Figures;
using SafeSwitch.Evaluation.Reports.Charts;
using static SafeSwitch.Evaluation.Reports.Charts.Markup;
using static SafeSwitch.Evaluation.Figures.FigureText;

namespace SafeSwitch.Evaluation.Reports.Html;

/// <summary>What the methods cost, what the probes see, what is left of the model's use, and whether differences are more than chance.</summary>
internal static class MethodSections
{
    public static IEnumerable<XElement> Of(EvaluationSummary summary)
    {
        if (summary.Overhead.Count > 0)
            yield return HtmlReport.Section("cost", "What it costs", Delays(summary), HtmlTable.Of(MethodTables.Overhead(summary)));
        if (summary.Scores.Count > 0)
            yield return HtmlReport.Section("scores", "What the prompt probes see", Scores(summary), HtmlTable.Of(MethodTables.Scores(summary)));
        yield return HtmlReport.Section(
            "answers",
            "What is said",
            Filled(MethodTables.Utility(summary)),
            Filled(MethodTables.Refusals(summary)),
            Filled(MeasureTable.Of(summary)));
        if (GroupTables.Tests(summary) is { Rows.Count: > 0 } tests)
            yield return HtmlReport.Section("tests", "More than chance?", HtmlTable.Of(tests));
    }

    private static XElement Delays(EvaluationSummary summary)
    {
        var most = summary.Overhead.Max(o => Math.Max(o.P95Ms, 0));
        return ClassTag(
            "figure",
            "chart",
            BarTable.Of(
                "First token later than the unguarded model's",
                "method",
                $"0 to {Milliseconds(most)}",
                "median, and 95% within",
                summary.Overhead.Select(o => new BarLine(
                    o.Method,
                    o.Harmful ? "harmful requests" : "harmless requests",
                    Part(o.MedianMs),
                    Part(o.MedianMs),
                    Part(o.P95Ms),
                    $"{Milliseconds(o.MedianMs)} [{Milliseconds(o.P95Ms)}]",
                    MethodMark.Of(o.Method, summary.DefaultPolicy).Class)),
                []),
            Tag("figcaption", "Bars: medians; lines: up to what 95% of the requests stay within. What is always on decides nothing and comes no later."));

        double Part(double milliseconds) => most > 0 ? milliseconds / most : 0;
    }

    private static XElement Scores(EvaluationSummary summary) => ClassTag(
        "div",
        "pair",
        ClassTag(
            "figure",
            "chart",
            RocChart.Draw(summary, new ChartFrame(520, 400), "wide"),
            RocChart.Draw(summary, new ChartFrame(380, 360), "narrow"),
            Tag("figcaption", "Marks: the thresholds in use, before the response stage looks. The axis along the bottom goes by square roots.")),
        ClassTag(
            "figure",
            "chart",
            ScoreHistogram.Draw(summary.Scores[0], summary.DefaultPolicy, new ChartFrame(520, 400), "wide"),
            ScoreHistogram.Draw(summary.Scores[0], summary.DefaultPolicy, new ChartFrame(380, 360), "narrow"),
            Tag("figcaption", "Parts of each label's rows, over log-odds of the score: harmless ones upwards, harmful ones downwards. Lines: the thresholds in use.")));

    private static XElement? Filled(ReportTable table) => table.Rows.Count > 0 ? HtmlTable.Of(table) : null;
}
