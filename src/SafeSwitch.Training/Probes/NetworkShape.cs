using SafeSwitch.Training.Numerics;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Probes;

/// <summary>
/// A probe network: ReLU layers on every position, value heads, pooling over positions, and the sum over heads plus a bias
/// as the logit. Its parameters are one flat vector.
/// </summary>
internal sealed class NetworkShape
{
    /// <summary>One ReLU layer and where its parameters are.</summary>
    public readonly record struct Dense(int In, int Out, int Weights, int Biases);

    public NetworkShape(int input, ProbeMemberDesign member)
    {
        Input = input;
        Pooling = member.ScoresTokens ? member.Pooling : ProbePooling.Mean;
        Window = member.Window;
        Heads = member.ScoresTokens ? member.Heads : 1;

        var offset = 0;
        var last = input;
        var layers = new List<Dense>();
        foreach (var width in member.HiddenOrDefault)
        {
            layers.Add(new Dense(last, width, offset, offset + last * width));
            offset += (last + 1) * width;
            last = width;
        }

        Layers = layers;
        Last = last;
        Values = offset;
        offset += last * Heads;
        Queries = offset;
        if (Pooling == ProbePooling.Attention)
            offset += last * Heads;
        Bias = offset;
        Count = offset + 1;
    }

    public int Input { get; }

    public IReadOnlyList<Dense> Layers { get; }

    /// <summary>Width of what the heads read.</summary>
    public int Last { get; }

    public int Heads { get; }

    public ProbePooling Pooling { get; }

    public int Window { get; }

    /// <summary>Offset of the value heads, [last, heads].</summary>
    public int Values { get; }

    /// <summary>Offset of the query heads, [last, heads]; they exist for attention.</summary>
    public int Queries { get; }

    /// <summary>Offset of the logit's bias.</summary>
    public int Bias { get; }

    /// <summary>Parameters in all.</summary>
    public int Count { get; }

    public ReadOnlySpan<float> ValueWeights(ReadOnlySpan<float> weights) => weights.Slice(Values, Last * Heads);

    public ReadOnlySpan<float> QueryWeights(ReadOnlySpan<float> weights) => weights.Slice(Queries, Last * Heads);

    /// <summary>Uniform in plus or minus one over the root of a unit's inputs.</summary>
    public float[] Initialise(int seed)
    {
        var weights = new float[Count];
        var random = SplitMix.For(seed, use: -1);
        foreach (var layer in Layers)
            Fill(weights.AsSpan(layer.Weights, (layer.In + 1) * layer.Out), layer.In);
        Fill(weights.AsSpan(Values, Bias - Values), Last);
        return weights;

        void Fill(Span<float> part, int inputs)
        {
            var bound = 1f / MathF.Sqrt(inputs);
            foreach (ref var weight in part)
                weight = (2 * random.NextFloat() - 1) * bound;
        }
    }
}
