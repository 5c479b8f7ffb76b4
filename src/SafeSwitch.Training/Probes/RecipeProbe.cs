namespace SafeSwitch.Training.Probes;

/// <summary>A probe of a recipe.</summary>
public sealed record RecipeProbe
{
    /// <summary>What is trained.</summary>
    public required ProbeDesign Design { get; init; }

    /// <summary>How. The seed is the recipe's.</summary>
    public ProbeTrainingOptions Training { get; init; } = new();
}
