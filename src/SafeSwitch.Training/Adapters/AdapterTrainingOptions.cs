using System.ComponentModel.DataAnnotations;

namespace SafeSwitch.Training.Adapters;

/// <summary>How the refusal adapter is trained.</summary>
public sealed record AdapterTrainingOptions
{
    /// <summary>Most passes that <see cref="FewestSteps"/> asks for.</summary>
    public const int MostAddedPasses = 100;

    /// <summary>Rank of the change to the head.</summary>
    /// <value>The default is 16.</value>
    [Range(1, 1024)]
    public int Rank { get; init; } = 16;

    /// <summary>Strength of the branch as a multiple of the rank's inverse; it is folded into B when training ends.</summary>
    /// <value>The default is 16: a factor of 1 at rank 16.</value>
    [Range(0.0, 1e6, MinimumIsExclusive = true)]
    public float Alpha { get; init; } = 16;

    /// <summary>Passes over the tokens.</summary>
    /// <value>The default is 3.</value>
    [Range(1, 10_000)]
    public int Epochs { get; init; } = 3;

    /// <summary>Steps that training takes at least: passes are added until there are so many, <see cref="MostAddedPasses"/> at most. Few texts are not learned in the
    /// passes that many take.</summary>
    /// <value><see langword="null"/>: <see cref="Epochs"/> and no more.</value>
    [Range(0, 1_000_000)]
    public int? FewestSteps { get; init; }

    /// <summary>Tokens per step.</summary>
    /// <value>The default is 256.</value>
    [Range(1, 1 << 20)]
    public int BatchTokens { get; init; } = 256;

    /// <summary>AdamW's step size.</summary>
    /// <value>The default is 0.003.</value>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public float LearningRate { get; init; } = 3e-3f;

    /// <summary>AdamW's decoupled weight decay.</summary>
    /// <value>The default is 0.01.</value>
    [Range(0.0, 100.0)]
    public float WeightDecay { get; init; } = 1e-2f;

    /// <summary>Weight of staying near the base model, as the KL divergence from it, on states that no refusal is taught at.</summary>
    /// <value>The default is 0: the adapter is only on where a refusal is wanted.</value>
    [Range(0.0, 1e6)]
    public float KlWeight { get; init; }

    /// <summary>Every random choice comes from it.</summary>
    /// <value>The default is 1; any number will do.</value>
    public int Seed { get; init; } = 1;

    /// <summary>Threads; the result does not depend on them. 0 for one per processor.</summary>
    /// <value>The default is 0.</value>
    [Range(0, 1024)]
    public int Threads { get; init; }

    internal int ThreadCount => Threads > 0 ? Threads : Environment.ProcessorCount;
}
