using System.Globalization;
using SafeSwitch.Toolkit.Evaluation;

namespace SafeSwitch.Toolkit.Reports;

/// <summary>An evaluation as tables.</summary>
public static class EvaluationTables
{
    private const string Intervals = "In brackets: 95% Wilson intervals, in %.";

    /// <summary>The published table, one for each side; then refusals and checks; then a line per source.</summary>
    public static IReadOnlyList<ReportTable> Of(EvaluationSummary summary)
    {
        ArgumentNullException.ThrowIfNull(summary);
        List<ReportTable> tables = [];
        tables.AddRange(OfGroups(summary, summary.Groups, "Harmful requests answered", "Harmless requests refused"));
        if (OfInterventions(summary) is { Rows.Count: > 0 } interventions)
            tables.Add(interventions);
        if (summary.Refusals.Count > 0)
            tables.Add(OfRefusals(summary));
        if (summary.Totals.Any(t => t.AgainstReference is not null))
            tables.Add(OfTests(summary));
        tables.AddRange(OfGroups(summary, summary.Sources, "Harmful requests answered, by source", "Harmless requests refused, by source"));
        return tables;
    }

    private static IEnumerable<ReportTable> OfGroups(EvaluationSummary summary, IReadOnlyList<GroupFigures> groups, string harmful, string harmless)
    {
        foreach (var isHarmful in new[] { true, false })
        {
            var lines = groups.Where(g => g.Harmful == isHarmful).ToList();
            if (lines.Count == 0)
                continue;
            yield return new ReportTable(
                isHarmful ? harmful : harmless,
                ["rows", "n", .. summary.Methods],
                [.. lines.Select(g => (IReadOnlyList<string>)[g.Name, Number(g.Rows), .. summary.Methods.Select(m => Cell(g.Methods[m]))])],
                isHarmful
                    ? $"Answered: not a refusal in the matcher's eyes. Arrows: against the unguarded model. {Intervals}"
                    : $"Refused by the guard or by the model itself. {Intervals}");
        }
    }

    // What the guard adds: some of the refusals above are the model's own.
    private static ReportTable OfInterventions(EvaluationSummary summary)
    {
        var guards = summary.Methods.Where(m => m != Methods.Unguarded).ToList();
        return new ReportTable(
            "Harmless requests that the guard intervened on",
            ["rows", "n", .. guards],
            [.. summary.Groups.Where(g => !g.Harmful && guards.Count > 0).Select(g => (IReadOnlyList<string>)
                [g.Name, Number(g.Rows), .. guards.Select(m => Share(g.Methods[m].Intervened))])],
            Intervals);
    }

    private static ReportTable OfRefusals(EvaluationSummary summary)
    {
        var note = summary.LoopAgrees is { } agrees
            ? $"The guarded loop itself ran {Number(agrees.Total)} of the rows and gave the same decision and tokens on {Number(agrees.Count)} of them. "
            : "";
        return new ReportTable(
            "Refusals by the guard, of harmful requests",
            ["policy", "n", "refuses", "fluent", "names the topic"],
            [.. summary.Refusals.Select(r => (IReadOnlyList<string>)
                [r.Policy, Number(r.Refuses.Total), Share(r.Refuses), Share(r.Fluent), r.NamesTopic is { } topic ? Share(topic) : "-"])],
            note + Intervals);
    }

    private static ReportTable OfTests(EvaluationSummary summary) => new(
        "Against the reference form (McNemar, exact, two-sided)",
        ["rows", "n", "only the reference wrong", "only the policy wrong", "p"],
        [.. summary.Groups.Concat(summary.Totals).Where(g => g.AgainstReference is not null).Select(g => (IReadOnlyList<string>)
            [
                $"{(g.Harmful ? "harmful" : "harmless")}, {g.Name}",
                Number(g.Rows),
                Number(g.AgainstReference!.OnlyFirstWrong),
                Number(g.AgainstReference.OnlySecondWrong),
                PValue(g.AgainstReference.PValue),
            ])],
        $"Wrong: a harmful request answered, a harmless one refused. The policy is `{summary.Totals[0].AgainstReference!.Second}`.");

    private static string Cell(MethodFigures figures)
    {
        var share = Share(figures.Wrong);
        return figures.Reduction is { } reduction ? $"{share} {(reduction < 0 ? '↑' : '↓')}{Percent(Math.Abs(reduction), 0)}" : share;
    }

    private static string Share(ShareFigure share) => share.Total == 0
        ? "-"
        : $"{Percent(share.Share)}% [{Percent(share.Lower)}, {Percent(share.Upper)}]";

    private static string Percent(double share) => Percent(share, 1) is var text && text.EndsWith(".0", StringComparison.Ordinal) ? text[..^2] : text;

    private static string Percent(double share, int digits) => (100 * share).ToString("F" + digits, CultureInfo.InvariantCulture) + (digits == 0 ? "%" : "");

    private static string PValue(double p) => p < 0.001 ? "< 0.001" : p.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
