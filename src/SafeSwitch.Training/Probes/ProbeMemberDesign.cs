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
    }
}
