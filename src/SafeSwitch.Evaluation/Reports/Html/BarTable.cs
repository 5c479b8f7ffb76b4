using System.Xml.Linq;
using SafeSwitch.Evaluation.Reports.Charts;
using static SafeSwitch.Evaluation.Reports.Charts.Markup;

namespace SafeSwitch.Evaluation.Reports.Html;

/// <summary>
/// Bars with intervals, one line each, as a table: names and figures are the page's own text, so they read the same at any width
/// and to a screen reader; only the bar in the middle is drawn, in percent of whatever room there is.
/// </summary>
internal static class BarTable
{
    private const int Middle = 11;

    public static XElement Of(string caption, string firstColumn, string chartColumn, string lastColumn, IEnumerable<BarLine> lines, IReadOnlyList<double> grid) => ClassTag(
        "table",
        "bars",
        Tag("caption", caption),
        Tag("thead", Tag("tr", Head(firstColumn), Head(chartColumn), Head(lastColumn))),
        Tag("tbody", lines.Select(l => Tag(
            "tr",
            Tag("th", Set("scope", "row"), l.Name, l.Detail is { } detail ? ClassTag("span", "detail", detail) : null),
            ClassTag("td", "plot", Draw(l, grid)),
            Tag("td", Html.HtmlTable.Cell(l.Text))))));

    private static XElement Head(string text) => Tag("th", Set("scope", "col"), text);

    private static XElement Draw(BarLine line, IReadOnlyList<double> grid)
    {
        var svg = Svg.Of("svg", ("width", "100%"), ("height", 2 * Middle), ("aria-hidden", "true"));
        svg.Add(grid.Select(g => Svg.Of("line", ("x1", Percent(g)), ("x2", Percent(g)), ("y1", 0), ("y2", 2 * Middle), ("class", "grid"))));
        svg.Add(Svg.Of("rect", ("x", 0), ("y", Middle - 6), ("width", Percent(line.Value)), ("height", 12), ("class", "bar " + line.Class)));
        svg.Add(Svg.Of("line", ("x1", Percent(line.Lower)), ("x2", Percent(line.Upper)), ("y1", Middle), ("y2", Middle), ("class", "whisker " + line.Class)));
        foreach (var (at, mark) in line.Marks)
        {
            var place = Svg.Of("svg", ("x", Percent(at)), ("y", Middle), ("class", "place"));
            place.Add(mark.Draw());
            svg.Add(place);
        }

        return svg;
    }

    private static string Percent(double part) => Svg.Number(100 * Math.Clamp(part, 0, 1)) + "%";
}

/// <summary>A bar. Places are parts of the whole width, from 0 to 1.</summary>
/// <param name="Name">What it is about.</param>
/// <param name="Detail">More of that, set back.</param>
/// <param name="Value">Where the bar ends.</param>
/// <param name="Lower">Where its interval begins.</param>
/// <param name="Upper">Where its interval ends.</param>
/// <param name="Text">The figure in words.</param>
/// <param name="Class">The class that sets its colour.</param>
internal sealed record BarLine(string Name, string? Detail, double Value, double Lower, double Upper, string Text, string Class)
{
    /// <summary>Other methods on the same line.</summary>
    public IReadOnlyList<(double At, MethodMark Mark)> Marks { get; init; } = [];
}
