using System.Xml.Linq;
using SafeSwitch.Evaluation.Figures;
using SafeSwitch.Evaluation.Reports.Charts;
using static SafeSwitch.Evaluation.Reports.Charts.Markup;
using static SafeSwitch.Evaluation.Figures.FigureText;

namespace SafeSwitch.Evaluation.Reports.Html;

/// <summary>Rows by kind, by source and by wrapper: bars for the guard, marks for what it is compared with, tables of every method.</summary>
internal static class GroupSections
{
    // Where a chart may end: small shares are not to be pressed into its first tenth.
    private static readonly double[] Full = [0.1, 0.25, 0.5, 1];

    private static readonly double[] Quarters = [0, 0.25, 0.5, 0.75, 1];

    public static IEnumerable<XElement> Of(EvaluationSummary summary)
    {
        yield return Section(summary, "kinds", "By kind of request", summary.Groups, "", isOpen: true);
        yield return Section(summary, "sources", "By source", summary.Sources, ", by source", isOpen: true);
        foreach (var breakdown in summary.Breakdowns)
            yield return Section(summary, $"by-{breakdown.Field}", $"By {breakdown.Field}", breakdown.Groups, $", by {breakdown.Field}", isOpen: false);
        if (summary.Attacks.Count > 0)
            yield return HtmlReport.Section("attacks", "Disguised", HtmlTable.Of(GroupTables.Attacks(summary)));
        if (summary.Sources.Any(g => g.OutOfDistribution is not null))
            yield return HtmlReport.Section("unread", "What the probe can't read", HtmlTable.Of(GroupTables.OutOfDistribution(summary)));
        if (summary.Wrappers.Count > 0)
            yield return Section(summary, "wrappers", "By jailbreak wrapper", summary.Wrappers, ", by wrapper", isOpen: false);
    }

    private static XElement Section(EvaluationSummary summary, string id, string title, IReadOnlyList<GroupFigures> groups, string titleEnd, bool isOpen)
    {
        var labels = groups.Select(g => g.Harmful).Distinct().OrderDescending().ToList();
        var charts = ClassTag("div", "pair", labels.Select(l => Chart(summary, groups, l, titleEnd)));
        return HtmlReport.Section(
            id,
            title,
            Key(summary),
            isOpen ? charts : Folded($"Bars of {groups.Select(g => g.Name).Distinct().Count()} lines", charts),
            id == "kinds"
                ? labels.Select(l => HtmlTable.Of(GroupTables.Of(summary, groups, l, titleEnd))).Append(HtmlTable.Of(GroupTables.Interventions(summary)))
                : Folded("Every method, as tables", labels.Select(l => HtmlTable.Of(GroupTables.Of(summary, groups, l, titleEnd)))));
    }

    private static XElement Chart(EvaluationSummary summary, IEnumerable<GroupFigures> groups, bool harmful, string titleEnd)
    {
        var shown = summary.DefaultPolicy ?? Methods.Unguarded;
        var members = groups.Where(g => g.Harmful == harmful).ToList();
        var most = Full.First(f => f == 1 || members.All(g => g.Methods[shown].Wrong.Upper <= f && Marked(summary).All(m => g.Methods[m].Wrong.Value <= f)));
        return BarTable.Of(
            (harmful ? "Harmful requests answered" : "Harmless requests refused") + titleEnd,
            "rows",
            $"0 to {Percent(most)}%",
            shown,
            members.Select(g => Line(g, shown, Marked(summary), summary.DefaultPolicy, most)),
            Quarters);
    }

    private static BarLine Line(GroupFigures group, string shown, IEnumerable<string> marked, string? defaultPolicy, double most)
    {
        var figure = group.Methods[shown].Wrong;
        return new BarLine(group.Name, $"n = {Number(group.Rows)}", figure.Value / most, figure.Lower / most, figure.Upper / most, Share(figure), MethodMark.Of(shown, defaultPolicy).Class)
        {
            Marks = [.. marked.Select(m => (group.Methods[m].Wrong.Value / most, MethodMark.Of(m, defaultPolicy)))],
        };
    }

    // The model by itself and the reference form are what the guard is measured by; all methods at once would be a crowd.
    private static IEnumerable<string> Marked(EvaluationSummary summary) =>
        summary.Methods.Where(m => m != summary.DefaultPolicy && m is Methods.Unguarded or Methods.Reference).Reverse();

    private static XElement Key(EvaluationSummary summary) => ClassTag(
        "p",
        "key",
        summary.DefaultPolicy is { } policy ? ClassTag("span", "entry", ClassTag("span", "swatch guard", ""), $"{policy}, with its 95% interval") : null,
        Marked(summary).Select(m => ClassTag("span", "entry", Sample(MethodMark.Of(m, summary.DefaultPolicy)), m)));

    private static XElement Sample(MethodMark mark)
    {
        var svg = Svg.Of("svg", ("viewBox", "-8 -8 16 16"), ("class", "sample"), ("aria-hidden", "true"));
        svg.Add(mark.Draw());
        return svg;
    }

    private static XElement Folded(string summary, object content) => Tag("details", Tag("summary", summary), content);
}
