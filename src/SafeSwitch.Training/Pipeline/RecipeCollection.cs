namespace SafeSwitch.Training.Pipeline;

/// <summary>What is kept of every row that a recipe reads.</summary>
public sealed record RecipeCollection
{
    /// <summary>Layers whose states are collected besides the final one.</summary>
    public required IReadOnlyList<int> Layers { get; init; }

    /// <summary>Answer tokens decoded for compliance labels, at most.</summary>
    /// <value>The default is 32.</value>
    public int AnswerTokens { get; init; } = 32;

    /// <summary>Answer tokens whose states are kept, at most.</summary>
    /// <value>The default is 8.</value>
    public int PilotTokens { get; init; } = 8;
}
