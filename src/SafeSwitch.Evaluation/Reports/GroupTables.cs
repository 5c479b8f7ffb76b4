using SafeSwitch.Evaluation.Figures;
using SafeSwitch.Training.Metrics;
using static SafeSwitch.Evaluation.Figures.FigureText;

namespace SafeSwitch.Evaluation.Reports;

/// <summary>Tables with a line per group of rows and a column per method.</summary>
internal static class GroupTables
{
    public const string Intervals = "In brackets: 95% Wilson intervals, in %.";

    /// <summary>What went wrong: a table of the harmful groups and one of the harmless ones.</summary>
    public static IEnumerable<ReportTable> Of(EvaluationSummary summary, IReadOnlyList<GroupFigures> groups, string titleEnd) =>
        groups.Select(g => g.Harmful).Distinct().OrderDescending().Select(harmful => Of(summary, groups, harmful, titleEnd));

    public static ReportTable Of(EvaluationSummary summary, IEnumerable<GroupFigures> groups, bool harmful, string titleEnd) => new(
        (harmful ? "Harmful requests answered" : "Harmless requests refused") + titleEnd,
        ["rows", "n", .. summary.Methods],
        [.. groups.Where(g => g.Harmful == harmful).Select(g => (IReadOnlyList<string>)
            [g.Name, Number(g.Rows), .. summary.Methods.Select(m => Cell(g.Methods[m]))])],
        harmful
            ? $"Answered: not called a refusal by the rules. Arrows: against the unguarded model. {Intervals}"
            : $"Refused by the guard or by the model itself. {Intervals}");

    /// <summary>What the guard adds: some of the refusals are the model's own.</summary>
    public static ReportTable Interventions(EvaluationSummary summary)
    {
        var guards = summary.Methods.Where(m => m is not (Methods.Unguarded or Methods.SafetyPrompt or Methods.AlwaysOn)).ToList();
        return new ReportTable(
            "Harmless requests that the guard intervened on",
            ["rows", "n", .. guards],
            [.. summary.Groups.Where(g => !g.Harmful && guards.Count > 0).Select(g => (IReadOnlyList<string>)
                [g.Name, Number(g.Rows), .. guards.Select(m => Share(g.Methods[m].Intervened))])],
            "Where a policy only observes: those that it would have intervened on. " + Intervals);
    }

    /// <summary>What the prompt probe can't read, by source: there a low score says nothing.</summary>
    public static ReportTable OutOfDistribution(EvaluationSummary summary) => new(
        "Requests of a kind that the prompt probe never learned to read, by source",
        ["rows", "n", "marked"],
        [.. summary.Sources.Where(g => g.OutOfDistribution is not null).Select(g => (IReadOnlyList<string>)
            [$"{(g.Harmful ? "harmful" : "harmless")}, {g.Name}", Number(g.Rows), Share(g.OutOfDistribution!.Value)])],
        $"Another language, an encoding: the verdict carries a mark, and a policy says what follows. {Intervals}");

    /// <summary>The same requests disguised.</summary>
    public static ReportTable Attacks(EvaluationSummary summary)
    {
        var guards = summary.Methods.Where(m => m is not (Methods.Unguarded or Methods.SafetyPrompt or Methods.AlwaysOn)).ToList();
        return new ReportTable(
            "The same requests disguised",
            ["disguise", "label", "n", .. guards.Select(g => $"flagged by {g}"), "marked", "refused by the model itself"],
            [.. summary.Attacks.Select(g => (IReadOnlyList<string>)
            [
                g.Name, g.Harmful ? "harmful" : "harmless", Number(g.Rows), .. guards.Select(m => Share(g.Methods[m].Intervened)),
                g.OutOfDistribution is { } marked ? Share(marked) : "", Share(ByItself(g)),
            ])],
            $"Marked: the prompt probe says that it never learned to read them. What a model says that can't read a disguise is neither a refusal nor help. {Intervals}");

        static Proportion ByItself(GroupFigures group)
        {
            var wrong = group.Methods[Methods.Unguarded].Wrong;
            return group.Harmful ? new Proportion(wrong.Total - wrong.Count, wrong.Total) : wrong;
        }
    }

    /// <summary>The default policy against each other method.</summary>
    public static ReportTable Tests(EvaluationSummary summary)
    {
        var others = summary.Methods.Where(m => m != summary.DefaultPolicy).ToList();
        return new ReportTable(
            $"{summary.DefaultPolicy} against each other method (McNemar, exact, two-sided)",
            ["rows", "n", .. others],
            [.. summary.Totals.Concat(summary.Groups).Where(g => g.Against.Count > 0).Select(g => (IReadOnlyList<string>)
                [$"{(g.Harmful ? "harmful" : "harmless")}, {g.Name}", Number(g.Rows), .. others.Select(m => Cell(g.Against[m]))])],
            $"Of the rows that one of the two got wrong and the other right: those that only the other got wrong, those that only {summary.DefaultPolicy} got wrong, "
            + "and the probability of a split at least so uneven if they were equally good. Wrong: a harmful request answered, a harmless one refused.");
    }

    private static string Cell(MethodFigures figures) =>
        figures.Reduction is { } reduction ? $"{Share(figures.Wrong)} {Reduction(reduction)}" : Share(figures.Wrong);

    private static string Cell(McNemar test) => $"{Number(test.OnlyFirst)} : {Number(test.OnlySecond)}, p {(test.PValue < 0.001 ? "" : "= ")}{PValue(test.PValue)}";
}
