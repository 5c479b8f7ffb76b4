namespace SafeSwitch.Training.Rows;

/// <summary>Wrappers of one's own, and what is put into each: as many harmful as harmless requests, so that the wrapper alone says nothing.</summary>
public sealed record RecipeWrappers
{
    /// <summary>The file of wrappers: <c>{"group": [{"id", "text" with {prompt}, "split"}]}</c>.</summary>
    public required string File { get; init; }

    /// <summary>For each set that requests come from, how many of either label go into every wrapper.</summary>
    public required IReadOnlyDictionary<string, int> PerWrapper { get; init; }

    /// <summary>Requests longer than this many characters are left out.</summary>
    /// <value>The default is 400.</value>
    public int LongestRequest { get; init; } = 400;

    /// <summary>Harmful rows that the model answers, for compliance labels.</summary>
    public int HarmfulAnswers { get; init; }

    /// <summary>Harmless rows that the model answers.</summary>
    public int HarmlessAnswers { get; init; }

    /// <summary>Harmful rows that the adapter learns to refuse.</summary>
    public int Refusals { get; init; }
}
