using SafeSwitch.Monitoring;

namespace SafeSwitch.Guard;

/// <summary>A whole answer.</summary>
public sealed record GenerationResult
{
    /// <summary>The answer.</summary>
    public required string Text { get; init; }

    /// <summary>Its tokens, without the one that ended it; empty for a fixed refusal.</summary>
    public required IReadOnlyList<int> Tokens { get; init; }

    /// <summary>Why it ended.</summary>
    public required FinishReason FinishReason { get; init; }

    /// <summary>What the monitor concluded last; <see langword="null"/> if the request was unguarded.</summary>
    public required SafetyVerdict? Verdict { get; init; }

    /// <summary>Whether the guard changed the answer.</summary>
    public required bool Intervened { get; init; }

    /// <summary>What it cost, in tokens.</summary>
    public required GenerationUsage Usage { get; init; }

    /// <summary>What it cost, in time.</summary>
    public required GenerationTimings Timings { get; init; }
}
