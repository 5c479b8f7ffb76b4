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

    /// <summary>A table per field of the rows that figures are also told by.</summary>
    public IReadOnlyList<Breakdown> Breakdowns { get; init; } = [];

    /// <summary>Rows by how much the bundle was exposed to them when it was made.</summary>
    public ExposureFigures Exposure { get; init; } = new(0, 0, 0, 0, 0);

    /// <summary>How far the measure itself can be trusted; <see langword="null"/> in reports of older versions.</summary>
    public MeasureFigures? Measure { get; init; }

    /// <summary>What became of the goals.</summary>
    public IReadOnlyList<GoalOutcome> Goals { get; init; } = [];

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
        return Of(evaluated, ReportSettings.Of(options));
    }

    /// <summary>The same from what a report says of how it was made.</summary>
    /// <param name="evaluated">The rows, in any order: what comes out is the same.</param>
    /// <param name="settings">With what the methods were run.</param>
    /// <exception cref="ArgumentNullException"><paramref name="evaluated"/> or <paramref name="settings"/> is <see langword="null"/>.</exception>
    public static EvaluationSummary Of(IReadOnlyList<EvaluatedRow> evaluated, ReportSettings settings)
    {
        ArgumentNullException.ThrowIfNull(evaluated);
        ArgumentNullException.ThrowIfNull(settings);
        evaluated = [.. evaluated.OrderBy(r => r.Key, StringComparer.Ordinal)];
        var rows = evaluated.Where(r => r.Attack is null).ToList();
        var methods = MethodsOf(evaluated, settings);
        var figures = new FigureCounter(rows, methods, settings.DefaultPolicy);
        var checkedRows = evaluated.Where(r => r.LoopAgrees is not null).ToList();
        return new EvaluationSummary
        {
            Rows = evaluated.Count,
            Methods = methods,
            DefaultPolicy = settings.DefaultPolicy,
            Totals = figures.Of([new("all", true, _ => true), new("all", false, _ => true)]),
            Groups = figures.Of(RowGroup.Standard),
            Sources = figures.Of(RowGroup.BySource(rows)),
            Wrappers = figures.Of(RowGroup.ByWrapper(rows)),
            Attacks = new FigureCounter(evaluated, methods, compared: null).Of(RowGroup.ByAttack(evaluated)),
            Breakdowns = [.. (settings.Breakdowns ?? RowFields.OwnOf(rows)).Select(f => new Breakdown(f, figures.Of(RowFields.Groups(rows, f))))],
            Exposure = ExposureFigures.Of(evaluated),
            Measure = MeasureFigures.Of(evaluated),
            Goals = [.. settings.Goals.Select(g => GoalOutcome.Of(g.Key, g.Value, evaluated, settings.DefaultPolicy))],
            Utility = [.. methods.Select(m => UtilityFigures.Of(rows, m))],
            Refusals = [.. methods.Select(m => RefusalFigures.Of(rows, m)).Where(r => r.Refuses.Total > 0)],
            Overhead = OverheadOf(rows, methods),
            Scores = ScoresOf(rows, settings),
            LoopAgrees = checkedRows.Count > 0 ? Proportion.Of(checkedRows.Select(r => r.LoopAgrees == true)) : null,
            Disagreements = [.. checkedRows.Where(r => r.LoopAgrees == false).Select(r => r.Key)],
            Cost = EvaluationCost.Of(evaluated),
        };
    }

    // The one that a host gets unless it says otherwise comes first: on a narrow page the last columns are out of sight.
    private static List<string> MethodsOf(IReadOnlyList<EvaluatedRow> rows, ReportSettings settings)
    {
        List<string> methods = settings.DefaultPolicy is { } first ? [first, Evaluation.Methods.Unguarded] : [Evaluation.Methods.Unguarded];
        if (rows.Any(r => r.SafetyPrompt is not null))
            methods.Add(Evaluation.Methods.SafetyPrompt);
        if (rows.Any(r => r.IsIntervenedBy(Evaluation.Methods.AlwaysOn)))
            methods.Add(Evaluation.Methods.AlwaysOn);
        if (rows.Any(r => r.ReferenceScore is not null))
            methods.Add(Evaluation.Methods.Reference);
        methods.AddRange(settings.Policies.Keys.Where(p => p != settings.DefaultPolicy));
        return methods;
    }

    private static IReadOnlyList<OverheadFigures> OverheadOf(IReadOnlyList<EvaluatedRow> rows, IEnumerable<string> methods) =>
        [.. from method in methods
            from harmful in (bool[])[false, true]
            let overhead = OverheadFigures.Of(rows, harmful, method)
            where overhead is not null
            select overhead];

    private static IReadOnlyList<ScoreFigures> ScoresOf(IReadOnlyList<EvaluatedRow> rows, ReportSettings settings) =>
        [.. new[]
        {
            ScoreFigures.Of("prompt probe", rows, r => r.PromptScore, settings.Policies.Where(p => p.Value.Probe is null && !settings.Monitors.Contains(p.Key)).Select(p => (p.Key, p.Value.PromptThreshold))),
            ScoreFigures.Of("reference probe", rows, r => r.ReferenceScore, settings.ReferenceThreshold is { } threshold ? [(Evaluation.Methods.Reference, threshold)] : []),
        }.OfType<ScoreFigures>()];
}
