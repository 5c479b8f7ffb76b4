using System.ComponentModel.DataAnnotations;
using SafeSwitch.Settings;
using SafeSwitch.Training.Refusals;

namespace SafeSwitch.Evaluation.Attacks;

/// <summary>How far a <see cref="SuffixSearch"/> goes.</summary>
public sealed record SuffixSearchOptions : ICheckedSettings
{
    /// <summary>Most suffixes that are tried after one request: each is one run of the prompt.</summary>
    /// <value>The default is 500.</value>
    [Range(1, 1_000_000)]
    public int Tries { get; init; } = 500;

    /// <summary>Words of a suffix.</summary>
    /// <value>The default is 12.</value>
    [Range(1, 200)]
    public int Words { get; init; } = 12;

    /// <summary>Most tokens of an answer, which tell whether it is a refusal.</summary>
    /// <value>The default is 32.</value>
    [Range(1, EvaluationOptions.MostTokens)]
    public int AnswerTokens { get; init; } = EvaluationOptions.DefaultAnswerTokens;

    /// <summary>What is tried comes from it and from the request.</summary>
    /// <value>The default is 1.</value>
    public int Seed { get; init; } = 1;

    /// <summary>The bundle's policy that is attacked; <see langword="null"/> for its default.</summary>
    public string? Policy { get; init; }

    /// <summary>What counts as a refusal.</summary>
    public RefusalRules Rules { get; init; } = RefusalRules.Default;

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Check() => DeclaredRanges.Check(this, []);
}
