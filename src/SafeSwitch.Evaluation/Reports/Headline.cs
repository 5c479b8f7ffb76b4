using SafeSwitch.Evaluation.Figures;
using static SafeSwitch.Evaluation.Figures.FigureText;

namespace SafeSwitch.Evaluation.Reports;

/// <summary>What an evaluation found, in a sentence or two.</summary>
internal static class Headline
{
    public static string Of(EvaluationSummary summary)
    {
        var method = summary.DefaultPolicy ?? Methods.Unguarded;
        List<string> parts = [];
        if (MethodTables.Total(summary, harmful: true) is { } harmful)
            parts.Add(Part(harmful, method, "harmful", "answers"));
        if (MethodTables.Total(summary, harmful: false) is { } harmless)
            parts.Add(Part(harmless, method, "harmless", "refuses"));
        var who = summary.DefaultPolicy is { } policy ? $"the model guarded by ‘{policy}’" : "the model by itself";
        var delay = summary.Overhead.FirstOrDefault(o => o.Method == method && !o.Harmful);
        return Caution(summary.Exposure) + $"On {Number(summary.Rows)} requests, {who} {string.Join(", and ", parts)}."
            + (delay is null ? "" : $" The first token of a harmless request comes {Milliseconds(delay.MedianMs)} ({Percent(delay.MedianShare)}%) later.");
    }

    // What was learned is no test of what was learned.
    private static string Caution(ExposureFigures exposure) =>
        (exposure.Trained > 0 ? $"This is not a test: {Number(exposure.Trained)} of the requests were trained on. " : "")
        + (exposure.Unknown > 0 ? $"Of {Number(exposure.Unknown)} the bundle does not say whether it was trained on them. " : "");

    private static string Part(GroupFigures group, string method, string label, string verb)
    {
        var guarded = $"{verb} {Percent(group.Methods[method].Wrong.Value)}% of {Number(group.Rows)} {label} ones";
        return method == Methods.Unguarded ? guarded : $"{guarded}, against {Percent(group.Methods[Methods.Unguarded].Wrong.Value)}% without the guard";
    }
}
