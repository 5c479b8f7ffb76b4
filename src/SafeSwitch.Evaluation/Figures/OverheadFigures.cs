namespace SafeSwitch.Evaluation.Figures;

/// <summary>What a method costs beyond the unguarded model, on rows of one label. The unguarded model ran the same rows in the same run.</summary>
public sealed record OverheadFigures
{
    /// <summary>The method.</summary>
    public required string Method { get; init; }

    /// <summary>Whether the rows are the harmful ones.</summary>
    public required bool Harmful { get; init; }

    /// <summary>The rows.</summary>
    public required int Rows { get; init; }

    /// <summary>Median of the milliseconds by which the first token comes later.</summary>
    public required double MedianMs { get; init; }

    /// <summary>The milliseconds that 95% of the rows stay within.</summary>
    public required double P95Ms { get; init; }

    /// <summary>Median of that delay as a fraction of the row's own prefill.</summary>
    public required double MedianShare { get; init; }

    /// <summary>Mean number of tokens that the prompt is longer.</summary>
    public required double PromptTokens { get; init; }

    /// <summary>Mean number of tokens run that no answer shows.</summary>
    public required double DecodedTokens { get; init; }

    /// <summary>Mean milliseconds in the monitor over the whole answer; <see langword="null"/> for a method without one.</summary>
    public double? MonitorMs { get; init; }

    internal static OverheadFigures? Of(IReadOnlyList<EvaluatedRow> rows, bool harmful, string method)
    {
        var told = rows
            .Where(r => r.Harmful == harmful && CostOf(r, method) is not null)
            .Select(r => (Row: r, Cost: CostOf(r, method)!))
            .ToList();
        if (told.Count == 0)
            return null;
        double[] delays = [.. told.Select(r => r.Cost.FirstTokenMs).Order()];
        return new OverheadFigures
        {
            Method = method,
            Harmful = harmful,
            Rows = told.Count,
            MedianMs = Quantile(delays, 0.5),
            P95Ms = Quantile(delays, 0.95),
            MedianShare = Quantile([.. told.Where(r => r.Row.PrefillMs > 0).Select(r => r.Cost.FirstTokenMs / r.Row.PrefillMs).Order()], 0.5),
            PromptTokens = method == Methods.SafetyPrompt ? told.Average(r => r.Row.SafetyPrompt!.PromptTokens - r.Row.PromptTokens) : 0,
            DecodedTokens = told.Average(r => r.Cost.DiscardedTokens),
            MonitorMs = method == Methods.SafetyPrompt ? null : told.Average(r => r.Cost.MonitorMs),
        };
    }

    // What a safety prompt costs is the longer prompt. What is always on decides nothing, and costs nothing before the first token.
    private static MethodCost? CostOf(EvaluatedRow row, string method) => method == Methods.SafetyPrompt
        ? row.SafetyPrompt is { } prompted ? new MethodCost(prompted.PrefillMs - row.PrefillMs, 0, 0) : null
        : row.Costs?.GetValueOrDefault(method);

    // The smallest value that at least that fraction of the rows doesn't exceed.
    private static double Quantile(double[] ascending, double fraction) =>
        ascending.Length == 0 ? 0 : ascending[Math.Max(0, (int)Math.Ceiling(fraction * ascending.Length) - 1)];
}
