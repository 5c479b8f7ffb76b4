namespace SafeSwitch.Training.Adapters;

/// <summary>How the refusal adapter is trained.</summary>
public sealed record AdapterTrainingOptions
{
    /// <summary>Rank of the change to the head.</summary>
    /// <value>The default is 16.</value>
    public int Rank { get; init; } = 16;

    /// <summary>Strength of the branch as a multiple of the rank's inverse; it is folded into B when training ends.</summary>
    /// <value>The default is 16: a factor of 1 at rank 16.</value>
    public float Alpha { get; init; } = 16;

    /// <summary>Passes over the tokens.</summary>
    /// <value>The default is 3.</value>
    public int Epochs { get; init; } = 3;

    /// <summary>Tokens per step.</summary>
    /// <value>The default is 256.</value>
    public int BatchTokens { get; init; } = 256;

    /// <summary>AdamW's step size.</summary>
    /// <value>The default is 0.003.</value>
    public float LearningRate { get; init; } = 3e-3f;

    /// <summary>AdamW's decoupled weight decay.</summary>
    /// <value>The default is 0.01.</value>
    public float WeightDecay { get; init; } = 1e-2f;

    /// <summary>Weight of staying near the base model, as the KL divergence from it, on states that no refusal is taught at.</summary>
    /// <value>The default is 0: the adapter is only on where a refusal is wanted.</value>
    public float KlWeight { get; init; }

    /// <summary>Every random choice comes from it.</summary>
    /// <value>The default is 1.</value>
    public int Seed { get; init; } = 1;

    /// <summary>Threads; the result does not depend on it.</summary>
    /// <value>One per processor.</value>
    public int Threads { get; init; } = Environment.ProcessorCount;

    internal void Check()
    {
        if (Rank < 1 || Epochs < 1 || BatchTokens < 1 || Threads < 1)
            throw new ArgumentException($"Rank, epochs, batch tokens and threads must be positive: {Rank}, {Epochs}, {BatchTokens}, {Threads}.");
        if (!(Alpha > 0) || !(LearningRate > 0) || !(WeightDecay >= 0) || !(KlWeight >= 0))
            throw new ArgumentException($"Alpha and learning rate must be positive, weight decay and KL weight not negative: {Alpha}, {LearningRate}, {WeightDecay}, {KlWeight}.");
    }
}
