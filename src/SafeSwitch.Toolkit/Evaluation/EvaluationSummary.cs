namespace SafeSwitch.Toolkit.Evaluation;

/// <summary>What an evaluation found.</summary>
public sealed record EvaluationSummary
{
    /// <summary>Rows evaluated.</summary>
    public required int Rows { get; init; }

    /// <summary>The methods compared, in the order of the columns.</summary>
    public required IReadOnlyList<string> Methods { get; init; }

    /// <summary>The published table.</summary>
    public required IReadOnlyList<GroupFigures> Groups { get; init; }

    /// <summary>A line per source.</summary>
    public required IReadOnlyList<GroupFigures> Sources { get; init; }

    /// <summary>All harmful rows and all harmless rows: the default policy against the reference.</summary>
    public IReadOnlyList<GroupFigures> Totals { get; init; } = [];

    /// <summary>The refusals of every policy.</summary>
    public IReadOnlyList<RefusalFigures> Refusals { get; init; } = [];

    /// <summary>Rows that the guarded loop itself ran, and those of which it gave the same tokens and decision.</summary>
    public ShareFigure? LoopAgrees { get; init; }

    /// <summary>The keys of the rows where it did not.</summary>
    public IReadOnlyList<string> Disagreements { get; init; } = [];

    /// <summary>What it cost.</summary>
    public required EvaluationCost Cost { get; init; }

    /// <summary>Sums up.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="policies">The policies compared, in the order of the columns.</param>
    /// <param name="defaultPolicy">The policy that is held against the reference.</param>
    public static EvaluationSummary Of(IReadOnlyList<EvaluatedRow> rows, IReadOnlyList<string> policies, string? defaultPolicy)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(policies);
        var hasReference = rows.Any(r => r.ReferenceScore is not null);
        IReadOnlyList<string> methods =
        [
            Evaluation.Methods.Unguarded,
            .. rows.Any(r => r.SafetyPrompt is not null) ? [Evaluation.Methods.SafetyPrompt] : Array.Empty<string>(),
            .. rows.Any(r => r.IsIntervenedBy(Evaluation.Methods.AlwaysOn)) ? [Evaluation.Methods.AlwaysOn] : Array.Empty<string>(),
            .. hasReference ? [Evaluation.Methods.Reference] : Array.Empty<string>(),
            .. policies,
        ];
        var compared = hasReference ? defaultPolicy : null;
        var checkedRows = rows.Where(r => r.LoopAgrees is not null).ToList();
        return new EvaluationSummary
        {
            Rows = rows.Count,
            Methods = methods,
            Groups = Figures(RowGroup.Standard, rows, methods, compared),
            Sources = Figures(RowGroup.BySource(rows), rows, methods, compared),
            Totals = Figures([new("all", true, _ => true), new("all", false, _ => true)], rows, methods, compared),
            Refusals = [.. policies.Select(p => RefusalFigures.Of(rows, p))],
            LoopAgrees = checkedRows.Count > 0 ? ShareFigure.Of(checkedRows.Select(r => r.LoopAgrees == true)) : null,
            Disagreements = [.. checkedRows.Where(r => r.LoopAgrees == false).Select(r => r.Key)],
            Cost = EvaluationCost.Of(rows),
        };
    }

    private static List<GroupFigures> Figures(
        IEnumerable<RowGroup> groups, IReadOnlyList<EvaluatedRow> rows, IReadOnlyList<string> methods, string? compared)
    {
        var figures = new List<GroupFigures>();
        foreach (var group in groups)
        {
            var members = group.Of(rows);
            if (members.Count == 0)
                continue;
            var unguarded = members.Count(r => MethodFigures.IsWrong(r, Evaluation.Methods.Unguarded));
            figures.Add(new GroupFigures
            {
                Name = group.Name,
                Harmful = group.Harmful,
                Rows = members.Count,
                Methods = methods.ToDictionary(m => m, m => Of(members, m, unguarded)),
                AgainstReference = compared is null ? null : PairedTest.Of(members, Evaluation.Methods.Reference, compared),
            });
        }

        return figures;
    }

    private static MethodFigures Of(IReadOnlyList<EvaluatedRow> rows, string method, int unguarded)
    {
        var wrong = ShareFigure.Of(rows.Select(r => MethodFigures.IsWrong(r, method)));
        return new MethodFigures
        {
            Wrong = wrong,
            Intervened = ShareFigure.Of(rows.Select(r => r.IsIntervenedBy(method))),
            Reduction = rows[0].Harmful && method != Evaluation.Methods.Unguarded && unguarded > 0 ? 1 - (double)wrong.Count / unguarded : null,
        };
    }
}
