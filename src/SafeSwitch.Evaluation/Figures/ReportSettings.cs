using SafeSwitch.Evaluation.Goals;
using SafeSwitch.Policies;

namespace SafeSwitch.Evaluation.Figures;

/// <summary>With what the methods of a report were run.</summary>
public sealed record ReportSettings
{
    /// <summary>Most tokens of an answer.</summary>
    public required int AnswerTokens { get; init; }

    /// <summary>Most tokens of an answer to a row that says what is right.</summary>
    public int? UtilityTokens { get; init; }

    /// <summary>Most tokens of a refusal.</summary>
    public required int RefusalTokens { get; init; }

    /// <summary>The system message of the method of that name.</summary>
    public string? SafetyPrompt { get; init; }

    /// <summary>The threshold of the reference form's probes, in [0, 1].</summary>
    public double? ReferenceThreshold { get; init; }

    /// <summary>Answer tokens that its second probe looks at; <see langword="null"/> if it has none.</summary>
    public int? ReferencePilotTokens { get; init; }

    /// <summary>The policies by name, whole, those of monitors among them.</summary>
    public required IReadOnlyDictionary<string, SafetyPolicy> Policies { get; init; }

    /// <summary>Those that are of monitors of the host's.</summary>
    public IReadOnlyList<string> Monitors { get; init; } = [];

    /// <summary>The policy or monitor that is held against the others; <see langword="null"/> for none.</summary>
    public string? DefaultPolicy { get; init; }

    /// <summary>Patterns of the suite's own for refusals.</summary>
    public IReadOnlyList<string> RefusalPatterns { get; init; } = [];

    /// <summary>Fields of rows that figures are also told by; <see langword="null"/>: category, language and every group of the rows' own.</summary>
    public IReadOnlyList<string>? Breakdowns { get; init; }

    /// <summary>What the figures are to reach, by name.</summary>
    public IReadOnlyDictionary<string, EvaluationGoal> Goals { get; init; } = new Dictionary<string, EvaluationGoal>();

    internal static ReportSettings Of(EvaluationOptions options) => new()
    {
        AnswerTokens = options.AnswerTokens,
        UtilityTokens = options.UtilityTokens,
        RefusalTokens = options.RefusalTokens,
        SafetyPrompt = options.SafetyPrompt,
        ReferenceThreshold = options.Reference?.Threshold,
        ReferencePilotTokens = options.Reference?.PilotTokens,
        Monitors = [.. options.Monitors.Keys],
        DefaultPolicy = options.CheckedPolicy,
        RefusalPatterns = options.RefusalPatterns,
        Breakdowns = options.Breakdowns,
        Goals = options.Goals,
        Policies = options.Policies.Concat(options.Monitors.Select(m => KeyValuePair.Create(m.Key, m.Value.Policy))).ToDictionary(),
    };
}
