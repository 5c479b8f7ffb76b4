using System.Text.Json.Serialization;

namespace SafeSwitch.Training.Probes;

/// <summary>How a probe is trained.</summary>
public sealed record ProbeTrainingOptions
{
    /// <summary>Every random choice comes from it.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Passes over the training rows, at most.</summary>
    public int Epochs { get; init; } = 20;

    /// <summary>Stop after that many passes without a better loss on the rows set aside.</summary>
    public int Patience { get; init; } = 4;

    /// <summary>Rows per step.</summary>
    public int BatchRows { get; init; } = 32;

    /// <summary>AdamW's step size.</summary>
    public float LearningRate { get; init; } = 1e-3f;

    /// <summary>AdamW's decoupled weight decay.</summary>
    public float WeightDecay { get; init; } = 1e-2f;

    /// <summary>Fraction of hidden units switched off at random while training, in [0, 1).</summary>
    public float Dropout { get; init; }

    /// <summary>Fraction of the input's features that a batch does not see, in [0, 1): one choice for all rows and positions of the batch. It
    /// keeps a network from leaning on few directions, which new sources may not share.</summary>
    /// <value>The default is 0.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public float FeatureDropout { get; init; }

    /// <summary>Targets are moved that far from 0 and 1, in [0, 0.5).</summary>
    public float LabelSmoothing { get; init; }

    /// <summary>Decay of the running average of the weights, which is what is validated and kept; 0 keeps the weights themselves.</summary>
    public float WeightAverage { get; init; }

    /// <summary>Harmless rows with more positions are seen through a random window of this many at each pass; 0 for whole rows.
    /// Harmful rows are always seen whole: nobody knows where the harm lies.</summary>
    public int CropPositions { get; init; }

    /// <summary>Fraction of rows that are seen with the states of a harmless row before or after their own, for poolings of token
    /// scores: harm must be found in company, and company alone must not look like harm.</summary>
    public float Splice { get; init; }

    /// <summary>How far the sources of a class are evened out, in [0, 1]: 0 weights every row alike, 1 every source alike.</summary>
    public double SourceBalance { get; init; } = 0.5;

    /// <summary>Weight of the positive class as a whole against the negative class as a whole.</summary>
    public double PositiveWeight { get; init; } = 1;

    /// <summary>Factors on the weight of rows, by set, by source, or by <c>set/source</c>.</summary>
    public IReadOnlyDictionary<string, double> Weights { get; init; } = new Dictionary<string, double>();

    /// <summary>Threads; the result does not depend on it. 0 for one per processor.</summary>
    public int Threads { get; init; }

    internal int ThreadCount => Threads > 0 ? Threads : Environment.ProcessorCount;
}
