using SafeSwitch.Evaluation.Figures;
using SafeSwitch.Training.Metrics;
using static SafeSwitch.Evaluation.Figures.FigureText;

namespace SafeSwitch.Evaluation.Reports;

/// <summary>Two evaluations side by side on the rows that both have: two bundles, or one before and after a change.</summary>
public sealed record ReportComparison
{
    /// <summary>The first one's method.</summary>
    public required string First { get; init; }

    /// <summary>The second one's.</summary>
    public required string Second { get; init; }

    /// <summary>Rows that both have.</summary>
    public required int Rows { get; init; }

    /// <summary>Rows that only one has, or whose text is another: they are left out.</summary>
    public required int LeftOut { get; init; }

    /// <summary>A line per group of rows.</summary>
    public required IReadOnlyList<ComparedGroup> Groups { get; init; }

    /// <summary>Compares what a method of each made of the same rows.</summary>
    /// <param name="first">The rows of the first.</param>
    /// <param name="firstMethod">Its method.</param>
    /// <param name="second">The rows of the second.</param>
    /// <param name="secondMethod">Its method.</param>
    /// <param name="field">A field of rows that groups are also told by; <see langword="null"/> for the kinds of requests alone.</param>
    public static ReportComparison Of(
        IReadOnlyList<EvaluatedRow> first, string firstMethod, IReadOnlyList<EvaluatedRow> second, string secondMethod, string? field = null)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        var others = second.ToDictionary(r => r.Key, StringComparer.Ordinal);
        List<(EvaluatedRow First, EvaluatedRow Second)> pairs =
        [
            .. first.OrderBy(r => r.Key, StringComparer.Ordinal)
                .Where(r => r.Attack is null && others.TryGetValue(r.Key, out var other) && other.Hash == r.Hash && other.Harmful == r.Harmful)
                .Select(r => (r, others[r.Key])),
        ];
        List<EvaluatedRow> shared = [.. pairs.Select(p => p.First)];
        RowGroup[] groups =
        [
            new("all", true, _ => true),
            new("all", false, _ => true),
            .. RowGroup.Standard,
            .. field is null ? [] : RowFields.Groups(shared, field),
        ];
        return new ReportComparison
        {
            First = firstMethod,
            Second = secondMethod,
            Rows = pairs.Count,
            LeftOut = first.Count + second.Count - (2 * pairs.Count),
            Groups = [.. groups.Select(g => Compare(g, pairs, firstMethod, secondMethod)).Where(g => g.First.Total > 0)],
        };
    }

    /// <summary>The comparison as tables.</summary>
    /// <param name="first">What to call the first.</param>
    /// <param name="second">What to call the second.</param>
    public IReadOnlyList<ReportTable> Tables(string first, string second) =>
        [.. Groups.Select(g => g.Harmful).Distinct().OrderDescending().Select(harmful => new ReportTable(
            harmful ? "Harmful requests answered" : "Harmless requests refused",
            ["rows", "n", $"{first}, {First}", $"{second}, {Second}", "only the first wrong", "only the second wrong", "p"],
            [.. Groups.Where(g => g.Harmful == harmful).Select(g => (IReadOnlyList<string>)
                [g.Name, Number(g.First.Total), Share(g.First), Share(g.Second), Number(g.Test.OnlyFirst), Number(g.Test.OnlySecond), PValue(g.Test.PValue)])],
            $"p: McNemar's test, exact and two-sided: the probability of a split at least so uneven if both were equally good. {GroupTables.Intervals}"))];

    private static ComparedGroup Compare(RowGroup group, IEnumerable<(EvaluatedRow First, EvaluatedRow Second)> pairs, string first, string second)
    {
        List<(bool First, bool Second)> wrong =
        [
            .. pairs.Where(p => p.First.Harmful == group.Harmful && group.Contains(p.First))
                .Select(p => (MethodFigures.IsWrong(p.First, first), MethodFigures.IsWrong(p.Second, second))),
        ];
        return new ComparedGroup(group.Name, group.Harmful, Proportion.Of(wrong.Select(w => w.First)), Proportion.Of(wrong.Select(w => w.Second)), McNemar.Of(wrong));
    }
}

/// <summary>A group of rows under two methods.</summary>
/// <param name="Name">What to call it.</param>
/// <param name="Harmful">Whether its rows are harmful: then it counts what is answered, else what is refused.</param>
/// <param name="First">Rows that the first got wrong.</param>
/// <param name="Second">Rows that the second got wrong.</param>
/// <param name="Test">Rows that only one got wrong.</param>
public sealed record ComparedGroup(string Name, bool Harmful, Proportion First, Proportion Second, McNemar Test);
