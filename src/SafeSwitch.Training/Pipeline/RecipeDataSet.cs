namespace SafeSwitch.Training.Pipeline;

/// <summary>One data file of a recipe and what is made of it. Rows of the test split are never read.</summary>
public sealed record RecipeDataSet
{
    /// <summary>The file: one beside the recipe, or else in the data folder.</summary>
    public required string File { get; init; }

    /// <summary>Rows taken, at most, chosen by the seed; <see langword="null"/> for all.</summary>
    public int? Rows { get; init; }

    /// <summary>Harmful rows that the model answers, for compliance labels.</summary>
    /// <value>None by default.</value>
    public int HarmfulAnswers { get; init; }

    /// <summary>Harmless rows that the model answers.</summary>
    /// <value>None by default.</value>
    public int HarmlessAnswers { get; init; }

    /// <summary>Harmful rows that the adapter learns to refuse, chosen so that kinds of harm are even.</summary>
    /// <value>None by default.</value>
    public int Refusals { get; init; }

    /// <summary>Sources within the file and the licence of each.</summary>
    public IReadOnlyDictionary<string, string> Licences { get; init; } = new Dictionary<string, string>();
}
