using System.Xml.Linq;
using SafeSwitch.Evaluation.Reports.Charts;
using static SafeSwitch.Evaluation.Reports.Charts.Markup;

namespace SafeSwitch.Evaluation.Reports.Html;

/// <summary>A table as HTML: heads with their scope, intervals set back, in a box that scrolls sideways where it is too wide.</summary>
internal static class HtmlTable
{
    public static XElement Of(ReportTable table) => ClassTag(
        "figure",
        "table",
        ClassTag(
            "div",
            "scroll",
            Set("tabindex", 0),
            Set("role", "region"),
            Set("aria-label", table.Title),
            ClassTag(
                "table",
                "sortable",
                Tag("caption", table.Title),
                Tag("thead", Tag("tr", table.Columns.Select(c => Tag("th", Set("scope", "col"), c)))),
                Tag("tbody", table.Rows.Select(Row)))),
        table.Note is { } note ? Tag("figcaption", note) : null);

    /// <summary>A figure with what follows it in brackets set back.</summary>
    public static object?[] Cell(string text)
    {
        var bracket = text.IndexOf(" [", StringComparison.Ordinal);
        var end = text.IndexOf(']', bracket + 1);
        return bracket < 0 || end < 0
            ? [text]
            : [text[..bracket], " ", ClassTag("span", "interval", text[(bracket + 1)..(end + 1)]), text[(end + 1)..]];
    }

    private static XElement Row(IReadOnlyList<string> cells) =>
        Tag("tr", Tag("th", Set("scope", "row"), cells[0]), cells.Skip(1).Select(c => Tag("td", Cell(c))));
}
