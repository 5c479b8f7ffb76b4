using SafeSwitch.Policies;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Evaluation;

/// <summary>What to compare and how far to decode.</summary>
public sealed record EvaluationOptions
{
    /// <summary>The policies compared, by name; none for the unguarded model alone. They may differ in thresholds, stages and
    /// pilot tokens, not in how they intervene: one refusal serves them all.</summary>
    public required IReadOnlyDictionary<string, SafetyPolicy> Policies { get; init; }

    /// <summary>The policy that the guarded loop is checked under; <see langword="null"/> for no check.</summary>
    public string? CheckedPolicy { get; init; }

    /// <summary>Every that many rows the guarded loop itself runs too, and its tokens are compared; 0 for never.</summary>
    /// <value>The default is 20.</value>
    public int CheckEvery { get; init; } = 20;

    /// <summary>What to compare with, see <see cref="Methods.Reference"/>; <see langword="null"/> for nothing. It stays the caller's.</summary>
    public ReferenceForm? Reference { get; init; }

    /// <summary>A system message to compare with, see <see cref="Methods.SafetyPrompt"/>; <see langword="null"/> for none.</summary>
    public string? SafetyPrompt { get; init; }

    /// <summary>Whether the refusal adapter answers every row, see <see cref="Methods.AlwaysOn"/>.</summary>
    public bool AlwaysOn { get; init; }

    /// <summary>Most tokens of an unguarded answer.</summary>
    /// <value>The default is 32: enough to tell a refusal from an answer.</value>
    public int AnswerTokens { get; init; } = 32;

    /// <summary>Most tokens of an answer to a row that says what is right, at least <see cref="AnswerTokens"/>;
    /// <see langword="null"/> to judge no answer right or wrong.</summary>
    public int? UtilityTokens { get; init; }

    /// <summary>Most tokens of a refusal.</summary>
    /// <value>The default is 48.</value>
    public int RefusalTokens { get; init; } = 48;

    /// <summary>What tells whether a refusal names its topic.</summary>
    public RefusalTexts? Texts { get; init; }

    internal int AnswerLimit(DataRow row) => row.Answer is null ? AnswerTokens : UtilityTokens ?? AnswerTokens;

    // What nobody but `always on` refuses is decoded as far as answers are: it need only be told from one.
    internal int RefusalLimit(DataRow row, bool isIntervened)
    {
        var limit = isIntervened || row.Harmful ? RefusalTokens : AnswerTokens;
        return row.Answer is null ? limit : Math.Max(limit, UtilityTokens ?? 0);
    }
}
