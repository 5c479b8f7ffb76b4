using System.ComponentModel.DataAnnotations;
using SafeSwitch.Evaluation.Goals;
using SafeSwitch.Guard.Interventions;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Settings;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Evaluation;

/// <summary>What to compare and how far to decode.</summary>
public sealed record EvaluationOptions : ICheckedSettings
{
    internal const int MostTokens = 4096;
    internal const int DefaultAnswerTokens = 32;
    internal const int DefaultRefusalTokens = 48;
    internal const int DefaultCheckEvery = 20;

    /// <summary>The policies compared over the bundle's probes, by name; none for the unguarded model alone.</summary>
    public required IReadOnlyDictionary<string, SafetyPolicy> Policies { get; init; }

    /// <summary>Monitors of the host's, compared beside the policies, by a name for each. They differ only by their
    /// names: rows of a monitor that decides differently than before need another name, or another file.</summary>
    public IReadOnlyDictionary<string, EvaluatedMonitor> Monitors { get; init; } = new Dictionary<string, EvaluatedMonitor>();

    /// <summary>Interventions of the host's, for policies that name one (<see cref="SafetyPolicy.CustomIntervention"/>).</summary>
    public IReadOnlyDictionary<string, IIntervention> Interventions { get; init; } = new Dictionary<string, IIntervention>();

    /// <summary>The policy or monitor that is compared with the others, and checked; <see langword="null"/> for none.</summary>
    public string? CheckedPolicy { get; init; }

    /// <summary>The checked policy runs every n-th row once more with nothing replayed, and must give the same tokens and decision; 0 for no row.</summary>
    /// <value>The default is 20.</value>
    [Range(0, int.MaxValue)]
    public int CheckEvery { get; init; } = DefaultCheckEvery;

    /// <summary>What to compare with, see <see cref="Methods.Reference"/>; <see langword="null"/> for nothing. It stays the caller's.</summary>
    public ReferenceForm? Reference { get; init; }

    /// <summary>A system message to compare with, see <see cref="Methods.SafetyPrompt"/>; <see langword="null"/> for none.</summary>
    public string? SafetyPrompt { get; init; }

    /// <summary>Whether the refusal adapter answers every row, see <see cref="Methods.AlwaysOn"/>.</summary>
    public bool AlwaysOn { get; init; }

    /// <summary>Most tokens of an answer, from 1 to 4,096.</summary>
    /// <value>The default is 32: enough to tell a refusal from an answer.</value>
    [Range(1, MostTokens)]
    public int AnswerTokens { get; init; } = DefaultAnswerTokens;

    /// <summary>Most tokens of an answer to a row that says what is right, from <see cref="AnswerTokens"/> to 4,096;
    /// <see langword="null"/> to judge no answer right or wrong.</summary>
    [Range(1, MostTokens)]
    public int? UtilityTokens { get; init; }

    /// <summary>Most tokens of a refusal, from 1 to 4,096.</summary>
    /// <value>The default is 48.</value>
    [Range(1, MostTokens)]
    public int RefusalTokens { get; init; } = DefaultRefusalTokens;

    /// <summary>Whether the rows' file holds the requests beside the answers.</summary>
    /// <value><see langword="true"/>.</value>
    public bool KeepRequests { get; init; } = true;

    /// <summary>Fields of rows that figures are also told by: <c>category</c>, <c>language</c>, <c>source</c>, <c>kind</c>, <c>wrapper</c>, <c>split</c>, or one of
    /// the rows' <c>groups</c>.</summary>
    /// <value><see langword="null"/>: category, language and every group of the rows' own.</value>
    public IReadOnlyList<string>? Breakdowns { get; init; }

    /// <summary>What the figures are to reach, by name.</summary>
    public IReadOnlyDictionary<string, EvaluationGoal> Goals { get; init; } = new Dictionary<string, EvaluationGoal>();

    /// <summary>Regular expressions of one's own that the beginning of a refusal matches, beside what the matcher knows; letters are compared without case.</summary>
    public IReadOnlyList<string> RefusalPatterns { get; init; } = [];

    /// <summary>What tells whether a refusal names its topic, and its texts are refusals.</summary>
    public RefusalTexts? Texts { get; init; }

    /// <summary>How every method reads a row: as the policies do, or as a person does if there are none.</summary>
    internal PromptText PromptText => AllPolicies.Select(p => p.PromptText).FirstOrDefault();

    private IEnumerable<SafetyPolicy> AllPolicies => Policies.Values.Concat(Monitors.Values.Select(m => m.Policy));

    /// <summary>What counts as a refusal: the matcher, the patterns, and the texts that are said to refuse.</summary>
    internal RefusalRules Rules() => new(
        RefusalPatterns,
        [.. RefusalRules.TextsOf(Texts), .. Policies.Values.SelectMany(p => (p.Guards?.Values ?? []).Select(g => g.FixedRefusal).Append(p.FixedRefusal)).OfType<string>()]);

    internal int AnswerLimit(DataRow row) => row.Answer is null ? AnswerTokens : UtilityTokens ?? AnswerTokens;

    // What nobody but `always on` refuses is decoded as far as answers are: only whether it is one matters.
    internal int RefusalLimit(DataRow row, bool isIntervened)
    {
        var limit = isIntervened || row.Harmful ? RefusalTokens : AnswerTokens;
        return row.Answer is null ? limit : Math.Max(limit, UtilityTokens ?? 0);
    }

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Check() => DeclaredRanges.Check(this, Between());

    private IEnumerable<SettingProblem> Between()
    {
        if (UtilityTokens < AnswerTokens)
            yield return new("utility_tokens", $"{UtilityTokens}", $"at least answer_tokens, {AnswerTokens}");
        if (SafetyPrompt is { } prompt && string.IsNullOrWhiteSpace(prompt))
            yield return new("safety_prompt", "an empty text", "what the model is told");
        if (Methods.Fixed.FirstOrDefault(n => Policies.ContainsKey(n) || Monitors.ContainsKey(n)) is { } taken)
            yield return new("policies", $"'{taken}'", "another name: that one is taken in a comparison");
        if (Policies.Keys.FirstOrDefault(Monitors.ContainsKey) is { } both)
            yield return new("monitors", $"'{both}', a policy's name", "a name of its own for each");
        if (AllPolicies.Any(p => p.PromptText != PromptText))
            yield return new("policies", "some that read requests as they are written and others that don't", "one or the other in one evaluation: its methods share the prompt");
        if (CheckedPolicy is { } name && !Policies.ContainsKey(name) && !Monitors.ContainsKey(name))
            yield return new("checked_policy", $"'{name}'", $"one of {string.Join(", ", Policies.Keys.Concat(Monitors.Keys))}");
    }
}

/// <summary>A monitor of the host's as a method to compare.</summary>
/// <param name="Monitor">The monitor.</param>
/// <param name="Policy">The policy that it judges under; thresholds that it has of its own are its own affair.</param>
public sealed record EvaluatedMonitor(ISafetyMonitor Monitor, SafetyPolicy Policy);
