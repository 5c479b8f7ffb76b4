using System.Xml.Linq;
using SafeSwitch.Evaluation.Figures;
using SafeSwitch.Evaluation.Reports.Charts;
using static SafeSwitch.Evaluation.Reports.Charts.Markup;

namespace SafeSwitch.Evaluation.Reports.Html;

/// <summary>Safety against over-refusal, and the table that it is drawn from.</summary>
internal static class TradeOffSection
{
    public static XElement Of(EvaluationSummary summary) => HtmlReport.Section(
        "methods",
        "Safety against over-refusal",
        MethodTables.Total(summary, harmful: true) is { } harmful && MethodTables.Total(summary, harmful: false) is { } harmless
            ? ClassTag(
                "figure",
                "chart",
                TradeOffChart.Draw(summary, harmful, harmless, new ChartFrame(880, 470), "wide"),
                TradeOffChart.Draw(summary, harmful, harmless, new ChartFrame(380, 420), "narrow"),
                Tag("figcaption", "Each mark is a method over all rows, its lines are 95% Wilson intervals. The axis along the bottom goes by square roots: what matters is at its start."))
            : null,
        HtmlTable.Of(MethodTables.Overview(summary)));
}
