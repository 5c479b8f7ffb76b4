using SafeSwitch.Policies;

namespace SafeSwitch.Evaluation.Reports;

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

    /// <summary>The threshold of the reference form's probes.</summary>
    public double? ReferenceThreshold { get; init; }

    /// <summary>Answer tokens that its second probe looks at; <see langword="null"/> if it has none.</summary>
    public int? ReferencePilotTokens { get; init; }

    /// <summary>The policies, by name.</summary>
    public required IReadOnlyDictionary<string, SafetyPolicy> Policies { get; init; }

    internal static ReportSettings Of(EvaluationOptions options) => new()
    {
        AnswerTokens = options.AnswerTokens,
        UtilityTokens = options.UtilityTokens,
        RefusalTokens = options.RefusalTokens,
        SafetyPrompt = options.SafetyPrompt,
        ReferenceThreshold = options.Reference?.Threshold,
        ReferencePilotTokens = options.Reference?.PilotTokens,
        Policies = options.Policies,
    };
}
