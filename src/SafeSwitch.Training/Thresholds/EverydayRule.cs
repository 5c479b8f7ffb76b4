namespace SafeSwitch.Training.Thresholds;

/// <summary>Which harmless rows stand for everyday requests: those that the bound on false positives speaks of.</summary>
public sealed record EverydayRule
{
    /// <summary>Sets that hold them.</summary>
    public IReadOnlyList<string> Sets { get; init; } = ["harmless"];

    /// <summary>Sources within them that were written to look harmful, and don't count as everyday.</summary>
    public IReadOnlyList<string> ExceptSources { get; init; } = ["xstest"];

    /// <summary>Whether a harmless row counts.</summary>
    public bool Matches(string set, string source) => Sets.Contains(set) && !ExceptSources.Contains(source);
}
