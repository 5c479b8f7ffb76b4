using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using SafeSwitch.Settings;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Probes;

/// <summary>One network of a probe, before training.</summary>
public sealed record ProbeMemberDesign : ICheckedSettings
{
    /// <summary>How positions become one score.</summary>
    public required ProbePooling Pooling { get; init; }

    /// <summary>The hidden states that it reads, side by side.</summary>
    public required IReadOnlyList<string> Layers { get; init; }

    /// <summary>Widths of the ReLU layers before the scores; none makes the scores linear in the states. <see langword="null"/>
    /// for the default: 64 for one scored state, 64 and 64 for scored tokens.</summary>
    [Range(1, 1 << 16)]
    public IReadOnlyList<int>? Hidden { get; init; }

    /// <summary>Score heads of a pooling of token scores.</summary>
    /// <value>The default is 8.</value>
    [Range(1, 4096)]
    public int Heads { get; init; } = 8;

    /// <summary>Positions in the window of <see cref="ProbePooling.Rolling"/>.</summary>
    /// <value>The default is 10.</value>
    [Range(1, 1 << 16)]
    public int Window { get; init; } = 10;

    /// <summary>How many networks of this design are trained, from different seeds.</summary>
    /// <value>The default is 1.</value>
    [Range(1, 64)]
    public int Copies { get; init; } = 1;

    /// <summary>Directions of its standardised states that the network reads, scaled by how much they vary within a source; 0 for the
    /// states themselves. They fold into the first layer: serving costs the same. About 0.45 of the input's width served best.</summary>
    /// <value>The default is 0.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    [Range(0, 65536)]
    public int Whiten { get; init; }

    /// <summary>What this member is trained with in place of the probe's options; <see langword="null"/> for those.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MemberTraining? Training { get; init; }

    internal bool ScoresTokens => Pooling is not (ProbePooling.Last or ProbePooling.MeanState);

    internal IReadOnlyList<int> HiddenOrDefault => Hidden ?? (ScoresTokens ? [64, 64] : [64]);

    /// <summary>For people, whatever it reads: <c>rolling(10)</c>, <c>linear last</c>.</summary>
    public string Form
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

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Check() => DeclaredRanges.Check(this, Between());

    private IEnumerable<SettingProblem> Between() =>
        Layers.Count == 0 ? [new SettingProblem("layers", "none", "at least one")] : [];
}

/// <summary>How one member of a probe is trained where it differs from the others.</summary>
public sealed record MemberTraining
{
    /// <summary>In place of <see cref="ProbeTrainingOptions.FeatureDropout"/>; <see langword="null"/> for that.</summary>
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public float? FeatureDropout { get; init; }

    /// <summary>In place of <see cref="ProbeTrainingOptions.BatchRows"/>; <see langword="null"/> for that.</summary>
    [Range(1, int.MaxValue)]
    public int? BatchRows { get; init; }

    /// <summary>In place of <see cref="ProbeTrainingOptions.LearningRate"/>; <see langword="null"/> for that.</summary>
    [Range(0.0, 10.0, MinimumIsExclusive = true)]
    public float? LearningRate { get; init; }

    internal ProbeTrainingOptions Over(ProbeTrainingOptions options) => options with
    {
        FeatureDropout = FeatureDropout ?? options.FeatureDropout,
        BatchRows = BatchRows ?? options.BatchRows,
        LearningRate = LearningRate ?? options.LearningRate,
    };
}
