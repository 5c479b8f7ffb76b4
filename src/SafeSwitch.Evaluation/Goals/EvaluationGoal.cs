using System.Globalization;
using SafeSwitch.Settings;

namespace SafeSwitch.Evaluation.Goals;

/// <summary>What a figure is to reach.</summary>
public sealed record EvaluationGoal
{
    /// <summary>The figure, see <see cref="Known"/>; <see langword="null"/>: what the goal is called.</summary>
    public string? Figure { get; init; }

    /// <summary>What it may be at most.</summary>
    public double? Max { get; init; }

    /// <summary>What it must be at least.</summary>
    public double? Min { get; init; }

    /// <summary>The policy or method that is to reach it; <see langword="null"/> for the default policy.</summary>
    public string? Policy { get; init; }

    /// <summary>Rows that count, by fields and values that they must have; <see langword="null"/> for all.</summary>
    public IReadOnlyDictionary<string, string>? Where { get; init; }

    /// <summary>Whether the whole 95% interval of a share must keep the goal, not the share alone: few rows then prove little.</summary>
    /// <value><see langword="false"/>.</value>
    public bool WholeInterval { get; init; }

    /// <summary>The figures that goals can be about.</summary>
    public static IReadOnlyList<string> Known { get; } =
        ["harmful_answered", "harmless_refused", "harmful_flagged", "harmless_flagged", "right_answers", "same_answers", "fluent_refusals", "refusals_naming_topic", "first_token_ms", "extra_tokens"];

    internal string FigureOf(string name) => Figure ?? name;

    /// <summary>What is wrong with it, in a suite.</summary>
    /// <param name="name">What it is called.</param>
    internal IEnumerable<SettingProblem> Problems(string name)
    {
        if (!Known.Contains(FigureOf(name), StringComparer.Ordinal))
            yield return new($"goals.{name}{(Figure is null ? "" : ".figure")}", $"'{FigureOf(name)}'", $"a figure: one of {string.Join(", ", Known)}");
        if (Max is null && Min is null)
            yield return new($"goals.{name}", "neither `max` nor `min`", "what the figure may be at most, or must be at least");
        if (Min > Max)
            yield return new($"goals.{name}", string.Create(CultureInfo.InvariantCulture, $"a `min` of {Min} above a `max` of {Max}"), "a range");
    }
}
