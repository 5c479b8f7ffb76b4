using SafeSwitch.Guard.Interventions;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Evaluation;

/// <summary>What to compare and how far to decode.</summary>
public sealed record EvaluationOptions
{
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
    public int CheckEvery { get; init; } = 20;

    /// <summary>What to compare with, see <see cref="Methods.Reference"/>; <see langword="null"/> for nothing. It stays the caller's.</summary>
    public ReferenceForm? Reference { get; init; }

    /// <summary>A system message to compare with, see <see cref="Methods.SafetyPrompt"/>; <see langword="null"/> for none.</summary>
    public string? SafetyPrompt { get; init; }

    /// <summary>Whether the refusal adapter answers every row, see <see cref="Methods.AlwaysOn"/>.</summary>
    public bool AlwaysOn { get; init; }

    /// <summary>Most tokens of an answer, from 1 to 4,096.</summary>
    /// <value>The default is 32: enough to tell a refusal from an answer.</value>
    public int AnswerTokens { get; init; } = 32;

    /// <summary>Most tokens of an answer to a row that says what is right, from <see cref="AnswerTokens"/> to 4,096;
    /// <see langword="null"/> to judge no answer right or wrong.</summary>
    public int? UtilityTokens { get; init; }

    /// <summary>Most tokens of a refusal, from 1 to 4,096.</summary>
    /// <value>The default is 48.</value>
    public int RefusalTokens { get; init; } = 48;

    /// <summary>What tells whether a refusal names its topic.</summary>
    public RefusalTexts? Texts { get; init; }

    internal int AnswerLimit(DataRow row) => row.Answer is null ? AnswerTokens : UtilityTokens ?? AnswerTokens;

    // What nobody but `always on` refuses is decoded as far as answers are: only whether it is one matters.
    internal int RefusalLimit(DataRow row, bool isIntervened)
    {
        var limit = isIntervened || row.Harmful ? RefusalTokens : AnswerTokens;
        return row.Answer is null ? limit : Math.Max(limit, UtilityTokens ?? 0);
    }

    /// <exception cref="ArgumentException">An option is out of its range, or two methods have one name.</exception>
    internal void Check()
    {
        Range(AnswerTokens, nameof(AnswerTokens), 1, 4096);
        Range(RefusalTokens, nameof(RefusalTokens), 1, 4096);
        if (UtilityTokens is { } utility)
            Range(utility, nameof(UtilityTokens), AnswerTokens, 4096);
        if (SafetyPrompt is { } prompt && string.IsNullOrWhiteSpace(prompt))
            throw Wrong($"{nameof(SafetyPrompt)}: found an empty text, expected what the model is told.");
        Range(CheckEvery, nameof(CheckEvery), 0, int.MaxValue);
        if (Methods.Fixed.FirstOrDefault(n => Policies.ContainsKey(n) || Monitors.ContainsKey(n)) is { } taken)
            throw Wrong($"A policy or monitor is named '{taken}'; that name is taken in a comparison.");
        if (Policies.Keys.FirstOrDefault(Monitors.ContainsKey) is { } both)
            throw Wrong($"A policy and a monitor are both named '{both}'; expected a name of its own for each.");
        if (CheckedPolicy is { } name && !Policies.ContainsKey(name) && !Monitors.ContainsKey(name))
            throw Wrong($"There is no policy or monitor '{name}' among those compared: {string.Join(", ", Policies.Keys.Concat(Monitors.Keys))}.");
    }

    private static void Range(int value, string name, int least, int most)
    {
        if (value < least || value > most)
            throw Wrong($"{name}: found {value}, expected a number in [{least}, {most}].");
    }

    private static ArgumentException Wrong(string message) => new(message);
}

/// <summary>A monitor of the host's as a method to compare.</summary>
/// <param name="Monitor">The monitor.</param>
/// <param name="Policy">The policy that it judges under; thresholds that it has of its own are its own affair.</param>
public sealed record EvaluatedMonitor(ISafetyMonitor Monitor, SafetyPolicy Policy);
