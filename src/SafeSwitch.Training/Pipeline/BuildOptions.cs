namespace SafeSwitch.Training.Pipeline;

/// <summary>How a recipe is built; nothing here changes what comes out.</summary>
public sealed record BuildOptions
{
    /// <summary>Threads.</summary>
    /// <value>One per processor.</value>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Whether a malformed row ends the build; otherwise it is reported and left out.</summary>
    public bool Strict { get; init; }

    /// <summary>The last step to take.</summary>
    /// <value>All of them.</value>
    public BuildStep LastStep { get; init; } = BuildStep.Bundle;

    /// <summary>Which part of the rows this run collects, from 1, and of how many; with more than one, the build ends with it.</summary>
    /// <value>All of them.</value>
    public (int Part, int Of) Shard { get; init; } = (1, 1);
}
