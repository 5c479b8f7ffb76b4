using SafeSwitch.Evaluation.Figures;

namespace SafeSwitch.Evaluation.Reports;

/// <summary>An evaluation as tables.</summary>
public static class EvaluationTables
{
    /// <summary>Every method in one line; the rows by kind; what the methods leave, say and cost; tests; then a line per source, per wrapper, and per value of the fields that the suite or the rows name.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="summary"/> is <see langword="null"/>.</exception>
    public static IReadOnlyList<ReportTable> Of(EvaluationSummary summary)
    {
        ArgumentNullException.ThrowIfNull(summary);
        return
        [
            .. Filled(GoalTable.Of(summary)),
            MethodTables.Overview(summary),
            .. GroupTables.Of(summary, summary.Groups, ""),
            .. Filled(GroupTables.Interventions(summary)),
            .. Filled(MethodTables.Utility(summary)),
            .. Filled(MethodTables.Refusals(summary)),
            .. Filled(MeasureTable.Of(summary)),
            .. Filled(MethodTables.Overhead(summary)),
            .. Filled(MethodTables.Scores(summary)),
            .. Filled(GroupTables.OutOfDistribution(summary)),
            .. Filled(GroupTables.Tests(summary)),
            .. Filled(GroupTables.Attacks(summary)),
            .. summary.Breakdowns.SelectMany(b => GroupTables.Of(summary, b.Groups, $", by {b.Field}")),
            .. GroupTables.Of(summary, summary.Sources, ", by source"),
            .. GroupTables.Of(summary, summary.Wrappers, ", by wrapper"),
        ];
    }

    private static IEnumerable<ReportTable> Filled(ReportTable table) => table.Rows.Count > 0 ? [table] : [];
}
