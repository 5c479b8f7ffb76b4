using System.Numerics.Tensors;

namespace SafeSwitch.Training.Probes;

/// <summary>A trained linear network on the average of a row's content states, with an output a class.</summary>
/// <param name="Layer">The hidden state that it reads.</param>
/// <param name="Names">The classes, in the order of the outputs.</param>
/// <param name="Weights">One a feature, standardisation folded in, by class: <c>[classes, width]</c>.</param>
/// <param name="Biases">One a class.</param>
internal sealed record TrainedClasses(string Layer, IReadOnlyList<string> Names, float[] Weights, float[] Biases)
{
    /// <summary>Log-odds of the classes of an average state, up to what all have in common.</summary>
    public float[] Logits(ReadOnlySpan<float> mean)
    {
        var logits = new float[Names.Count];
        for (var k = 0; k < logits.Length; k++)
            logits[k] = TensorPrimitives.Dot(mean, Weights.AsSpan(k * mean.Length, mean.Length)) + Biases[k];
        return logits;
    }

    /// <summary>Log-odds of the classes of a row.</summary>
    public float[] Logits(IProbeStates states, int row) => Logits(TrainedCoverage.MeanOf(states, row, Layer));
}
