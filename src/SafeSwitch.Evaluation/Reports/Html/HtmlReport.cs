using System.Xml.Linq;
using SafeSwitch.Evaluation.Reports.Charts;
using static SafeSwitch.Evaluation.Reports.Charts.Markup;

namespace SafeSwitch.Evaluation.Reports.Html;

/// <summary>
/// An evaluation as one web page that needs nothing but itself. Its plots are SVG of our own rather than pictures of a plotting
/// library: their text and colours are the page's, in the light and in the dark, on paper, and on a phone.
/// </summary>
internal static class HtmlReport
{
    /// <param name="report">The figures.</param>
    /// <param name="examples">Rows to show the text of; none to keep texts out of the page.</param>
    public static string Write(EvaluationReport report, IReadOnlyList<ReportExample> examples)
    {
        var summary = report.Summary;
        var main = Tag(
            "main",
            Tag("header", ClassTag("p", "suite", "Evaluation of a guarded model"), Tag("h1", report.Title), ClassTag("p", "headline", Headline.Of(summary))),
            Tiles.Of(summary),
            summary.Goals.Count > 0 ? Section("goals", "Goals", HtmlTable.Of(GoalTable.Of(summary))) : null,
            TradeOffSection.Of(summary),
            GroupSections.Of(summary),
            MethodSections.Of(summary),
            examples.Count > 0 ? ExampleSection.Of(examples) : null,
            AboutSection.Of(report));

        return HtmlPage.Write($"{report.Title}: {report.Model}", main, "report.js");
    }

    internal static XElement Section(string id, string title, params object?[] content) =>
        Tag("section", Set("id", id), Tag("h2", title), content);
}
