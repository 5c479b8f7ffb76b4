using System.Xml.Linq;
using SafeSwitch.Evaluation.Figures;
using SafeSwitch.Evaluation.Reports.Charts;
using SafeSwitch.Training.Metrics;
using static SafeSwitch.Evaluation.Reports.Charts.Markup;
using static SafeSwitch.Evaluation.Figures.FigureText;

namespace SafeSwitch.Evaluation.Reports.Html;

/// <summary>The four figures that a reader looks for first, each beside the model's own.</summary>
internal static class Tiles
{
    public static XElement? Of(EvaluationSummary summary)
    {
        if (summary.DefaultPolicy is not { } policy)
            return null;
        List<XElement> tiles = [];
        if (MethodTables.Total(summary, harmful: true)?.Methods is { } harmful)
            tiles.Add(Share("Harmful requests answered", harmful[policy].Wrong, harmful[Methods.Unguarded].Wrong));
        if (MethodTables.Total(summary, harmful: false)?.Methods is { } harmless)
            tiles.Add(Share("Harmless requests refused", harmless[policy].Wrong, harmless[Methods.Unguarded].Wrong));
        if (summary.Utility.FirstOrDefault(u => u.Method == policy)?.Agrees is { } same)
            tiles.Add(Tile("Harmless requests answered in the same words", $"{Percent(same.Value)}%", $"95% interval {Percent(same.Lower)} to {Percent(same.Upper)}%"));
        if (summary.Overhead.FirstOrDefault(o => o.Method == policy && !o.Harmful) is { } delay)
            tiles.Add(Tile("First token of a harmless request later by", Milliseconds(delay.MedianMs), $"{Percent(delay.MedianShare)}% of running the prompt; median"));
        return ClassTag("ul", "tiles", tiles);
    }

    private static XElement Share(string name, Proportion guarded, Proportion unguarded) => Tile(
        name, $"{Percent(guarded.Value)}%", $"{Percent(unguarded.Value)}% without the guard; 95% interval {Percent(guarded.Lower)} to {Percent(guarded.Upper)}%");

    private static XElement Tile(string name, string figure, string detail) =>
        Tag("li", ClassTag("span", "what", name), ClassTag("strong", "figure", figure), ClassTag("span", "detail", detail));
}
