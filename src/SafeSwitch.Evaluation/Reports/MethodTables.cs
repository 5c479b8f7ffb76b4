using SafeSwitch.Evaluation.Figures;
using static SafeSwitch.Evaluation.Figures.FigureText;

namespace SafeSwitch.Evaluation.Reports;

/// <summary>Tables with a line per method.</summary>
internal static class MethodTables
{
    /// <summary>Every figure that counts, one line a method.</summary>
    public static ReportTable Overview(EvaluationSummary summary) => new(
        "The methods compared",
        ["method", "harmful answered", "harmless refused", "right answers", "same answers", "fluent refusals", "first token later", "extra tokens"],
        [.. summary.Methods.Select(m => (IReadOnlyList<string>)
        [
            m,
            Share(Total(summary, harmful: true)?.Methods[m].Wrong),
            Share(Total(summary, harmful: false)?.Methods[m].Wrong),
            Share(summary.Utility.FirstOrDefault(u => u.Method == m)?.Correct),
            Share(summary.Utility.FirstOrDefault(u => u.Method == m)?.Agrees),
            Share(summary.Refusals.FirstOrDefault(r => r.Method == m)?.Fluent),
            Overhead(summary, m) is { } delay ? $"{Milliseconds(delay.MedianMs)} ({Percent(delay.MedianShare)}%)" : None,
            Overhead(summary, m) is { } tokens ? Trimmed(tokens.PromptTokens + tokens.DecodedTokens, 2) : None,
        ])],
        "Right answers: exact match, on harmless rows that say what is right. Same answers: word for word what the unguarded model says, on the other harmless rows. "
        + $"First token later: median over harmless requests, and its part of the prefill. Extra tokens: mean a harmless request. {GroupTables.Intervals}");

    public static ReportTable Utility(EvaluationSummary summary) => new(
        "What is left of the model's use, on harmless requests",
        ["method", "rows with a right answer", "right", "other rows", "same answer"],
        [.. summary.Utility.Where(u => u.Correct is not null || u.Agrees is not null).Select(u => (IReadOnlyList<string>)
            [u.Method, Number(u.Correct?.Total ?? 0), Share(u.Correct), Number(u.Agrees?.Total ?? 0), Share(u.Agrees)])],
        "Right: the final number, or the words looked for, are in the answer; a refusal is wrong. Same: the words of the unguarded model, as far as both were decoded. "
        + GroupTables.Intervals);

    public static ReportTable Refusals(EvaluationSummary summary)
    {
        var note = summary.LoopAgrees is { } agrees
            ? $"Run once more with nothing replayed, {Number(agrees.Total)} of the rows gave the same decision and tokens on {Number(agrees.Count)}. "
            : "";
        return new ReportTable(
            "Refusals of harmful requests",
            ["method", "n", "refuses", "fluent", "names the topic"],
            [.. summary.Refusals.Select(r => (IReadOnlyList<string>)
                [r.Method, Number(r.Refuses.Total), Share(r.Refuses), Share(r.Fluent), Share(r.NamesTopic)])],
            "Of requests that a guard intervened on; where nothing intervenes, of those that the model refused. " + note + GroupTables.Intervals);
    }

    public static ReportTable Overhead(EvaluationSummary summary) => new(
        "What it costs, beyond the unguarded model",
        ["method", "requests", "n", "first token later, median", "95% within", "of the prefill, median", "in the monitor, mean", "prompt tokens", "decoded tokens"],
        [.. summary.Overhead.Select(o => (IReadOnlyList<string>)
        [
            o.Method,
            o.Harmful ? "harmful" : "harmless",
            Number(o.Rows),
            Milliseconds(o.MedianMs),
            Milliseconds(o.P95Ms),
            Percent(o.MedianShare) + "%",
            o.MonitorMs is { } monitor ? Milliseconds(monitor) : None,
            Trimmed(o.PromptTokens, 2),
            Trimmed(o.DecodedTokens, 2),
        ])],
        "The unguarded model ran the same rows in the same run; what several methods share was computed once, and counts with that time for each. A pilot that is held back delays the first token even where it is shown afterwards. Tokens: means a request; "
        + $"decoded ones are pilots thrown away and the step with which a refusal begins. A token takes {Milliseconds(summary.Cost.UnguardedMsPerToken)} without"
        + (summary.Cost.GuardedMsPerToken > 0 ? $" and {Milliseconds(summary.Cost.GuardedMsPerToken)} with the refusal adapter." : " a guard."));

    public static ReportTable Scores(EvaluationSummary summary) => new(
        "The prompt probes by themselves",
        ["probe", "AUROC", "threshold of", "threshold", "harmful flagged", "harmless flagged"],
        [.. summary.Scores.SelectMany(s => s.Thresholds.Select(t => (IReadOnlyList<string>)
        [
            s.Probe,
            $"{Trimmed(s.AreaUnderCurve.Value, 4)} [{Trimmed(s.AreaUnderCurve.Lower, 4)}, {Trimmed(s.AreaUnderCurve.Upper, 4)}]",
            t.Method,
            Trimmed(t.Threshold, 4),
            Share(t.Recall),
            Share(t.FalsePositives),
        ]))],
        $"Before the response stage looks. AUROC with a bootstrap's 95% interval over rows. {GroupTables.Intervals}");

    internal static GroupFigures? Total(EvaluationSummary summary, bool harmful) => summary.Totals.FirstOrDefault(t => t.Harmful == harmful);

    private static OverheadFigures? Overhead(EvaluationSummary summary, string method) =>
        summary.Overhead.FirstOrDefault(o => o.Method == method && !o.Harmful);
}
