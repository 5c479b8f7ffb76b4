using System.Globalization;
using SafeSwitch.Evaluation.Figures;
using static SafeSwitch.Evaluation.Figures.FigureText;

namespace SafeSwitch.Evaluation.Reports;

/// <summary>What the suite's goals came to.</summary>
internal static class GoalTable
{
    public static ReportTable Of(EvaluationSummary summary) => new(
        "Goals",
        ["goal", "outcome", "found", "asked"],
        [.. summary.Goals.Select(g => (IReadOnlyList<string>)[g.Name, g.Missed is { } reason ? $"missed: {reason}" : "met", Found(g), Asked(g)])],
        $"Set by the suite, for the rows that were evaluated. {GroupTables.Intervals}");

    /// <summary>The goal in words.</summary>
    public static string Asked(GoalOutcome goal)
    {
        List<string> parts = [$"{goal.Figure} of {goal.Method}"];
        if (goal.Where is { Count: > 0 } where)
            parts.Add(string.Join(", ", where.Select(w => $"{w.Key} {w.Value}")));
        if (goal.Max is { } max)
            parts.Add($"at most {Show(goal, max)}");
        if (goal.Min is { } min)
            parts.Add($"at least {Show(goal, min)}");
        if (goal.WholeInterval)
            parts.Add("with its whole interval");
        return string.Join(", ", parts);
    }

    /// <summary>The figure in words.</summary>
    public static string Found(GoalOutcome goal) => goal.Share is { } share ? Share(share) : goal.Value is { } value ? Show(goal, value) : "nothing";

    private static string Show(GoalOutcome goal, double value) => goal.Figure switch
    {
        "first_token_ms" => Milliseconds(value),
        "extra_tokens" => value.ToString("0.##", CultureInfo.InvariantCulture),
        _ => (100 * value).ToString("0.###", CultureInfo.InvariantCulture) + "%",
    };
}
