using SafeSwitch.Training.Metrics;

namespace SafeSwitch.Evaluation.Figures;

/// <summary>What an evaluation found.</summary>
public sealed record EvaluationSummary
{
    /// <summary>Rows evaluated.</summary>
    public required int Rows { get; init; }

    /// <summary>The methods compared, in the order of the columns.</summary>
    public required IReadOnlyList<string> Methods { get; init; }

    /// <summary>The policy or monitor that is compared with the others; <see langword="null"/> if none is compared.</summary>
    public string? DefaultPolicy { get; init; }

    /// <summary>All harmful rows and all harmless rows.</summary>
    public IReadOnlyList<GroupFigures> Totals { get; init; } = [];

    /// <summary>The published table.</summary>
    public required IReadOnlyList<GroupFigures> Groups { get; init; }

    /// <summary>A line per source.</summary>
    public required IReadOnlyList<GroupFigures> Sources { get; init; }

    /// <summary>A line per jailbreak template.</summary>
    public IReadOnlyList<GroupFigures> Wrappers { get; init; } = [];

    /// <summary>A line per disguise and label, of rows that stand in no other figure; see <see cref="Training.Rows.AttackRows"/>.</summary>
    public IReadOnlyList<GroupFigures> Attacks { get; init; } = [];

    /// <summary>What every method leaves of the model's use.</summary>
    public IReadOnlyList<UtilityFigures> Utility { get; init; } = [];

    /// <summary>The refusals of every method.</summary>
    public IReadOnlyList<RefusalFigures> Refusals { get; init; } = [];

    /// <summary>What every method costs beyond the unguarded model, on harmless and on harmful rows; without those that nothing was measured of.</summary>
    public IReadOnlyList<OverheadFigures> Overhead { get; init; } = [];

    /// <summary>How well the prompt probes tell the labels apart.</summary>
    public IReadOnlyList<ScoreFigures> Scores { get; init; } = [];

    /// <summary>Rows that the guarded loop ran once more with nothing replayed, and those of which it gave the same tokens and decision.</summary>
    public Proportion? LoopAgrees { get; init; }

    /// <summary>The keys of the rows where it did not.</summary>
    public IReadOnlyList<string> Disagreements { get; init; } = [];

    /// <summary>What it cost.</summary>
    public required EvaluationCost Cost { get; init; }

    /// <summary>Sums up.</summary>
    /// <param name="evaluated">The rows.</param>
    /// <param name="options">What was compared.</param>
    /// <exception cref="ArgumentNullException"><paramref name="evaluated"/> or <paramref name="options"/> is <see langword="null"/>.</exception>
    public static EvaluationSummary Of(IReadOnlyList<EvaluatedRow> evaluated, EvaluationOptions options)
    {
        ArgumentNullException.ThrowIfNull(evaluated);
        ArgumentNullException.ThrowIfNull(options);
        var rows = evaluated.Where(r => r.Attack is null).ToList();
        var methods = MethodsOf(evaluated, options);
        var figures = new FigureCounter(rows, methods, options.CheckedPolicy);
        var checkedRows = evaluated.Where(r => r.LoopAgrees is not null).ToList();
        return new EvaluationSummary
        {
            Rows = evaluated.Count,
            Methods = methods,
            DefaultPolicy = options.CheckedPolicy,
            Totals = figures.Of([new("all", true, _ => true), new("all", false, _ => true)]),
            Groups = figures.Of(RowGroup.Standard),
            Sources = figures.Of(RowGroup.BySource(rows)),
            Wrappers = figures.Of(RowGroup.ByWrapper(rows)),
            Attacks = new FigureCounter(evaluated, methods, compared: null).Of(RowGroup.ByAttack(evaluated)),
            Utility = [.. methods.Select(m => UtilityFigures.Of(rows, m))],
            Refusals = [.. methods.Select(m => RefusalFigures.Of(rows, m)).Where(r => r.Refuses.Total > 0)],
            Overhead = OverheadOf(rows, methods),
            Scores = ScoresOf(rows, options),
            LoopAgrees = checkedRows.Count > 0 ? Proportion.Of(checkedRows.Select(r => r.LoopAgrees == true)) : null,
            Disagreements = [.. checkedRows.Where(r => r.LoopAgrees == false).Select(r => r.Key)],
            Cost = EvaluationCost.Of(evaluated),
        };
    }

    private static List<string> MethodsOf(IReadOnlyList<EvaluatedRow> rows, EvaluationOptions options)
    {
        List<string> methods = [Evaluation.Methods.Unguarded];
        if (rows.Any(r => r.SafetyPrompt is not null))
            methods.Add(Evaluation.Methods.SafetyPrompt);
        if (rows.Any(r => r.IsIntervenedBy(Evaluation.Methods.AlwaysOn)))
            methods.Add(Evaluation.Methods.AlwaysOn);
        if (rows.Any(r => r.ReferenceScore is not null))
            methods.Add(Evaluation.Methods.Reference);
        methods.AddRange(options.Policies.Keys.Concat(options.Monitors.Keys));
        return methods;
    }

    private static IReadOnlyList<OverheadFigures> OverheadOf(IReadOnlyList<EvaluatedRow> rows, IEnumerable<string> methods) =>
        [.. from method in methods
            from harmful in (bool[])[false, true]
            let overhead = OverheadFigures.Of(rows, harmful, method)
            where overhead is not null
            select overhead];

    private static IReadOnlyList<ScoreFigures> ScoresOf(IReadOnlyList<EvaluatedRow> rows, EvaluationOptions options) =>
        [.. new[]
        {
            ScoreFigures.Of("prompt probe", rows, r => r.PromptScore, options.Policies.Select(p => (p.Key, p.Value.PromptThreshold))),
            ScoreFigures.Of("reference probe", rows, r => r.ReferenceScore, options.Reference is { } form ? [(Evaluation.Methods.Reference, form.Threshold)] : []),
        }.OfType<ScoreFigures>()];
}
