using System.Numerics.Tensors;
using SafeSwitch.Backends;

namespace SafeSwitch.Benchmarks.Providers;

/// <summary>What is done with logits and hidden states here.</summary>
internal static class Vectors
{
    /// <summary>The distance of two vectors as a share of the first one's length.</summary>
    public static double Distance(ReadOnlySpan<float> expected, ReadOnlySpan<float> found) =>
        TensorPrimitives.Distance(expected, found) / (double)TensorPrimitives.Norm(expected);

    public static int Best(ReadOnlySpan<float> logits) => TensorPrimitives.IndexOfMax(logits);

    /// <summary>By how much the best logit is above the next.</summary>
    public static double Margin(ReadOnlySpan<float> logits)
    {
        var best = Best(logits);
        var next = float.NegativeInfinity;
        for (var i = 0; i < logits.Length; i++)
        {
            if (i != best)
                next = Math.Max(next, logits[i]);
        }

        return logits[best] - next;
    }

    public static float[] Row(HiddenStates states, int position)
    {
        var row = new float[states.Width];
        states.CopyRow(position, row);
        return row;
    }
}
