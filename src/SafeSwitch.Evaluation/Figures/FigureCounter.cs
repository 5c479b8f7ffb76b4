using SafeSwitch.Training.Metrics;

namespace SafeSwitch.Evaluation.Figures;

/// <summary>Counts what every method does to groups of rows.</summary>
/// <param name="rows">All rows.</param>
/// <param name="methods">The methods.</param>
/// <param name="compared">The method that is compared with the others, if any.</param>
internal sealed class FigureCounter(IReadOnlyList<EvaluatedRow> rows, IReadOnlyList<string> methods, string? compared)
{
    /// <summary>A line for each group that has rows.</summary>
    public IReadOnlyList<GroupFigures> Of(IEnumerable<RowGroup> groups) =>
        [.. groups.Select(g => (Group: g, Members: g.Of(rows))).Where(g => g.Members.Count > 0).Select(g => Of(g.Group, g.Members))];

    private GroupFigures Of(RowGroup group, IReadOnlyList<EvaluatedRow> members)
    {
        var unguarded = members.Count(r => MethodFigures.IsWrong(r, Methods.Unguarded));
        return new GroupFigures
        {
            Name = group.Name,
            Harmful = group.Harmful,
            Rows = members.Count,
            OutOfDistribution = members.Any(r => r.OutOfDistribution is not null) ? Proportion.Of(members.Select(r => r.OutOfDistribution >= 0.5f)) : null,
            Methods = methods.ToDictionary(m => m, m => Of(members, m, unguarded)),
            Against = compared is null
                ? new Dictionary<string, McNemar>()
                : methods.Where(m => m != compared).ToDictionary(m => m, m => Compare(members, m, compared)),
        };
    }

    private static MethodFigures Of(IReadOnlyList<EvaluatedRow> members, string method, int unguarded)
    {
        var wrong = Proportion.Of(members.Select(r => MethodFigures.IsWrong(r, method)));
        return new MethodFigures
        {
            Wrong = wrong,
            Intervened = Proportion.Of(members.Select(r => r.IsFlaggedBy(method))),
            Reduction = members[0].Harmful && method != Methods.Unguarded && unguarded > 0 ? 1 - (double)wrong.Count / unguarded : null,
        };
    }

    private static McNemar Compare(IEnumerable<EvaluatedRow> members, string first, string second) =>
        McNemar.Of(members.Select(r => (MethodFigures.IsWrong(r, first), MethodFigures.IsWrong(r, second))));
}
