namespace SafeSwitch.Training.Thresholds;

/// <summary>Which harmless rows count as everyday requests: those that the bound on false positives is about.</summary>
public sealed record BenignRule
{
    /// <summary>Sets that hold them.</summary>
    /// <value><see langword="null"/>: every set.</value>
    public IReadOnlyList<string>? Sets { get; init; }

    /// <summary>Sources within them that were written to look harmful, and don't count as everyday.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<string> ExceptSources { get; init; } = [];

    /// <summary>Whether a harmless row counts.</summary>
    /// <param name="set">The row's set.</param>
    /// <param name="source">Its source.</param>
    public bool Matches(string set, string source) => (Sets is null || Sets.Contains(set)) && !ExceptSources.Contains(source);

    /// <summary>The rule in words.</summary>
    public override string ToString() =>
        (Sets is null ? "every set" : $"the sets {string.Join(", ", Sets)}") + (ExceptSources.Count == 0 ? "" : $" without {string.Join(", ", ExceptSources)}");
}
