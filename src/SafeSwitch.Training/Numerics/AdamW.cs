using System.Numerics;
using System.Runtime.InteropServices;

namespace SafeSwitch.Training.Numerics;

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101) over one flat parameter vector.</summary>
/// <remarks>Every element is updated on its own, so the result is the same for any vector width and thread count.</remarks>
internal sealed class AdamW(int parameters, float learningRate, float weightDecay)
{
    private const float Beta1 = 0.9f;
    private const float Beta2 = 0.999f;
    private const float Epsilon = 1e-8f;

    private readonly float[] first = new float[parameters];
    private readonly float[] second = new float[parameters];
    private int steps;

    /// <summary>One step against the gradient.</summary>
    /// <exception cref="ArgumentException">The lengths are not the optimizer's.</exception>
    public void Step(Span<float> weights, ReadOnlySpan<float> gradient)
    {
        if (weights.Length != first.Length || gradient.Length != first.Length)
            throw new ArgumentException($"Expected {first.Length} weights and gradients, got {weights.Length} and {gradient.Length}.");

        steps++;
        var correction1 = 1f / (1f - MathF.Pow(Beta1, steps));
        var correction2 = 1f / (1f - MathF.Pow(Beta2, steps));
        var decay = 1f - learningRate * weightDecay;

        var w = MemoryMarshal.Cast<float, Vector<float>>(weights);
        var g = MemoryMarshal.Cast<float, Vector<float>>(gradient);
        var m = MemoryMarshal.Cast<float, Vector<float>>(first.AsSpan());
        var v = MemoryMarshal.Cast<float, Vector<float>>(second.AsSpan());
        for (var i = 0; i < w.Length; i++)
        {
            m[i] = m[i] * Beta1 + g[i] * (1f - Beta1);
            v[i] = v[i] * Beta2 + g[i] * g[i] * (1f - Beta2);
            w[i] = w[i] * decay
                - m[i] * correction1 * learningRate / (Vector.SquareRoot(v[i] * correction2) + new Vector<float>(Epsilon));
        }

        for (var i = w.Length * Vector<float>.Count; i < weights.Length; i++)
        {
            first[i] = first[i] * Beta1 + gradient[i] * (1f - Beta1);
            second[i] = second[i] * Beta2 + gradient[i] * gradient[i] * (1f - Beta2);
            weights[i] = weights[i] * decay
                - first[i] * correction1 * learningRate / (MathF.Sqrt(second[i] * correction2) + Epsilon);
        }
    }
}
