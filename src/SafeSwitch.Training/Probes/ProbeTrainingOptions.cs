using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace SafeSwitch.Training.Probes;

/// <summary>How a probe is trained.</summary>
public sealed record ProbeTrainingOptions
{
    /// <summary>Every random choice comes from it.</summary>
    /// <value>The default is 1; any number will do.</value>
    public int Seed { get; init; } = 1;

    /// <summary>Passes over the training rows, at most.</summary>
    /// <value>The default is 20.</value>
    [Range(1, 10_000)]
    public int Epochs { get; init; } = 20;

    /// <summary>Stop after that many passes without a better loss on the rows set aside.</summary>
    /// <value>The default is 4.</value>
    [Range(1, 10_000)]
    public int Patience { get; init; } = 4;

    /// <summary>Rows per step.</summary>
    /// <value>The default is 32.</value>
    [Range(1, 1 << 20)]
    public int BatchRows { get; init; } = 32;

    /// <summary>AdamW's step size.</summary>
    /// <value>The default is 0.001.</value>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public float LearningRate { get; init; } = 1e-3f;

    /// <summary>AdamW's decoupled weight decay.</summary>
    /// <value>The default is 0.01.</value>
    [Range(0.0, 100.0)]
    public float WeightDecay { get; init; } = 1e-2f;

    /// <summary>Fraction of hidden units switched off at random while training.</summary>
    /// <value>The default is 0.</value>
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public float Dropout { get; init; }

    /// <summary>Fraction of the input's features that a batch does not see: one choice for all rows and positions of the batch. It keeps a
    /// network from leaning on few directions, which new sources may not share.</summary>
    /// <value>The default is 0.</value>
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public float FeatureDropout { get; init; }

    /// <summary>How far targets are moved from 0 and 1.</summary>
    /// <value>The default is 0.</value>
    [Range(0.0, 0.5, MaximumIsExclusive = true)]
    public float LabelSmoothing { get; init; }

    /// <summary>Decay of the running average of the weights, which is what is validated and kept; 0 keeps the weights themselves.</summary>
    /// <value>The default is 0.</value>
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public float WeightAverage { get; init; }

    /// <summary>Harmless rows with more positions are seen through a random window of this many at each pass; 0 for whole rows.
    /// Harmful rows are always seen whole: where the harm is in them is unknown.</summary>
    /// <value>The default is 0.</value>
    [Range(0, int.MaxValue)]
    public int CropPositions { get; init; }

    /// <summary>Fraction of rows that are seen with the states of a harmless row before or after their own, for poolings of token
    /// scores: harm must be found in company, and company alone must not look like harm.</summary>
    /// <value>The default is 0.</value>
    [Range(0.0, 1.0)]
    public float Splice { get; init; }

    /// <summary>How far the sources of a class are evened out: 0 weights every row alike, 1 every source alike.</summary>
    /// <value>The default is 0.5.</value>
    [Range(0.0, 1.0)]
    public double SourceBalance { get; init; } = 0.5;

    /// <summary>Weight of the positive class as a whole against the negative class as a whole.</summary>
    /// <value>The default is 1.</value>
    [Range(0.0, 1e6, MinimumIsExclusive = true)]
    public double PositiveWeight { get; init; } = 1;

    /// <summary>Factors on the weight of rows, by set, by source, or by <c>set/source</c>.</summary>
    /// <value>The default is none.</value>
    [Range(0.0, 1e6)]
    public IReadOnlyDictionary<string, double> Weights { get; init; } = new Dictionary<string, double>();

    /// <summary>Threads; the result does not depend on them. 0 for one per processor.</summary>
    /// <value>The default is 0.</value>
    [Range(0, 1024)]
    public int Threads { get; init; }

    internal int ThreadCount => Threads > 0 ? Threads : Environment.ProcessorCount;
}
