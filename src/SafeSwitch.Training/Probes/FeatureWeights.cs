using System.Numerics.Tensors;
using SafeSwitch.Training.Numerics;

namespace SafeSwitch.Training.Probes;

/// <summary>
/// The weights that are learnt, where the network reads features of its states instead of the states: whitened directions, some of them
/// dropped from a batch. Both are linear, so they go into the first layer: the network always runs on states, costs the same, and its
/// graph is that of any other.
/// </summary>
internal sealed class FeatureWeights
{
    private readonly NetworkShape learnt;
    private readonly NetworkShape network;
    private readonly Whitening? whitening;
    private readonly float[] masked;

    public FeatureWeights(MemberInput input, ProbeMemberDesign design, Whitening? whitening)
    {
        this.whitening = whitening;
        network = new NetworkShape(input.Width, design);
        learnt = whitening is null ? network : new NetworkShape(whitening.Components, design);
        masked = new float[learnt.Input * Blocks.Max(b => b.Columns)];
    }

    /// <summary>The shape of what is learnt, over features.</summary>
    public NetworkShape Learnt => learnt;

    /// <summary>The shape of the network, over states.</summary>
    public NetworkShape Network => network;

    // The matrices that read features; everything behind them is the same in both shapes.
    private IEnumerable<(int Learnt, int Network, int Columns)> Blocks
    {
        get
        {
            if (network.Layers.Count > 0)
            {
                yield return (learnt.Layers[0].Weights, network.Layers[0].Weights, network.Layers[0].Out);
                yield break;
            }

            yield return (learnt.Values, network.Values, network.Heads);
            if (network.Pooling == States.ProbePooling.Attention)
                yield return (learnt.Queries, network.Queries, network.Heads);
        }
    }

    /// <summary>Which features a batch sees: 0 for a dropped one, one over the kept share for the others.</summary>
    public float[] Mask(float dropout, SplitMix random)
    {
        var mask = new float[learnt.Input];
        foreach (ref var factor in mask.AsSpan())
            factor = random.NextFloat() < dropout ? 0 : 1 / (1 - dropout);
        return mask;
    }

    /// <summary>The network's weights; the learnt ones themselves where nothing is between.</summary>
    public float[] ToNetwork(float[] weights, float[]? mask, float[]? reuse = null)
    {
        if (whitening is null && mask is null)
            return weights;
        var result = reuse ?? new float[network.Count];
        foreach (var (from, to, columns) in Blocks)
        {
            var source = weights.AsSpan(from, learnt.Input * columns);
            var features = masked.AsSpan(0, source.Length);
            source.CopyTo(features);
            Apply(mask, features, columns);
            var target = result.AsSpan(to, network.Input * columns);
            if (whitening is null)
                features.CopyTo(target);
            else
                Gemm.Multiply(whitening.Directions, features, target, network.Input, learnt.Input, columns, accumulate: false);
        }

        Tail(weights, learnt).CopyTo(Tail(result, network));
        return result;
    }

    /// <summary>The gradient of the learnt weights, from the network's.</summary>
    public float[] ToLearnt(float[] gradient, float[]? mask, float[]? reuse = null)
    {
        if (whitening is null && mask is null)
            return gradient;
        var result = reuse ?? new float[learnt.Count];
        foreach (var (to, from, columns) in Blocks)
        {
            var source = gradient.AsSpan(from, network.Input * columns);
            var target = result.AsSpan(to, learnt.Input * columns);
            if (whitening is null)
            {
                source.CopyTo(target);
            }
            else
            {
                target.Clear();
                Gemm.MultiplyTransposed(whitening.Directions, source, target, network.Input, learnt.Input, columns);
            }

            Apply(mask, target, columns);
        }

        Tail(gradient, network).CopyTo(Tail(result, learnt));
        return result;
    }

    private static void Apply(float[]? mask, Span<float> features, int columns)
    {
        for (var i = 0; i < mask?.Length; i++)
        {
            var row = features.Slice(i * columns, columns);
            TensorPrimitives.Multiply(row, mask[i], row);
        }
    }

    private static Span<float> Tail(float[] weights, NetworkShape shape) =>
        weights.AsSpan(shape.Layers.Count > 0 ? shape.Layers[0].Biases : shape.Bias);
}
