using System.Text.Json.Serialization;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Probes;

/// <summary>One network of a probe, before training.</summary>
public sealed record ProbeMemberDesign
{
    /// <summary>How positions become one score.</summary>
    public required ProbePooling Pooling { get; init; }

    /// <summary>The hidden states that it reads, side by side.</summary>
    public required IReadOnlyList<string> Layers { get; init; }

    /// <summary>Widths of the ReLU layers before the scores; none makes the scores linear in the states. <see langword="null"/>
    /// for the usual: 64 for one scored state, 64 and 64 for scored tokens.</summary>
    public IReadOnlyList<int>? Hidden { get; init; }

    /// <summary>Score heads of a pooling of token scores.</summary>
    /// <value>The default is 8.</value>
    public int Heads { get; init; } = 8;

    /// <summary>Positions in the window of <see cref="ProbePooling.Rolling"/>.</summary>
    /// <value>The default is 10.</value>
    public int Window { get; init; } = 10;

    /// <summary>How many networks of this design are trained, from different seeds.</summary>
    /// <value>The default is 1.</value>
    public int Copies { get; init; } = 1;

    /// <summary>Directions of its standardised states that the network reads, scaled by how much they vary within a source; 0 for the
    /// states themselves. They fold into the first layer: serving costs the same. About 0.45 of the input's width served best.</summary>
    /// <value>The default is 0.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Whiten { get; init; }

    /// <summary>What this member is trained with in place of the probe's options; <see langword="null"/> for those.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MemberTraining? Training { get; init; }

    internal bool ScoresTokens => Pooling is not (ProbePooling.Last or ProbePooling.MeanState);

    internal IReadOnlyList<int> HiddenOrUsual => Hidden ?? (ScoresTokens ? [64, 64] : [64]);

    /// <summary>For people, whatever it reads: <c>rolling(10)</c>, <c>linear last</c>.</summary>
    internal string Form
    {
        get
        {
            var pooling = Pooling switch
            {
                ProbePooling.Rolling => $"rolling({Window})",
                ProbePooling.MeanState => "mean of states",
                _ => Pooling.ToString().ToLowerInvariant(),
            };
            if (Whiten > 0)
                pooling = $"whitened({Whiten}) {pooling}";
            return Hidden is { Count: 0 } ? "linear " + pooling : pooling;
        }
    }

    /// <summary>For people: <c>rolling(10) 18</c>, <c>last 18+26</c>.</summary>
    public override string ToString() =>
        $"{Form} {string.Join('+', Layers.Select(LayerNames.Short))}{(Copies > 1 ? $" x{Copies}" : "")}";

    internal void Check()
    {
        if (Layers.Count == 0)
            throw new ArgumentException("A probe member needs at least one layer.");
        if (Heads < 1 || Window < 1 || Copies < 1 || HiddenOrUsual.Any(h => h < 1))
            throw new ArgumentException($"Heads, window, copies and hidden widths of a probe member must be positive: {this}.");
        if (Whiten < 0)
            throw new ArgumentException($"whiten: found {Whiten}, expected 0 or the number of directions: {this}.");
        Training?.Check();
    }
}

/// <summary>How one member of a probe is trained where it differs from the others.</summary>
public sealed record MemberTraining
{
    /// <summary>In place of <see cref="ProbeTrainingOptions.FeatureDropout"/>, in [0, 1).</summary>
    public float? FeatureDropout { get; init; }

    /// <summary>In place of <see cref="ProbeTrainingOptions.BatchRows"/>, at least 1.</summary>
    public int? BatchRows { get; init; }

    /// <summary>In place of <see cref="ProbeTrainingOptions.LearningRate"/>, above 0.</summary>
    public float? LearningRate { get; init; }

    internal ProbeTrainingOptions Over(ProbeTrainingOptions options) => options with
    {
        FeatureDropout = FeatureDropout ?? options.FeatureDropout,
        BatchRows = BatchRows ?? options.BatchRows,
        LearningRate = LearningRate ?? options.LearningRate,
    };

    internal void Check()
    {
        if (FeatureDropout is not (null or (>= 0 and < 1)))
            throw new ArgumentException($"feature_dropout: found {FeatureDropout}, expected a number in [0, 1).");
        if (BatchRows is < 1)
            throw new ArgumentException($"batch_rows: found {BatchRows}, expected at least 1.");
        if (LearningRate is not (null or > 0))
            throw new ArgumentException($"learning_rate: found {LearningRate}, expected a number above 0.");
    }
}
