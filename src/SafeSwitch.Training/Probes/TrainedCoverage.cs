using System.Numerics.Tensors;
using SafeSwitch.Training.Numerics;

namespace SafeSwitch.Training.Probes;

/// <summary>A trained linear network on the average of a row's content states. Positive log-odds: the row is out of distribution.</summary>
/// <param name="Layer">The hidden state that it reads.</param>
/// <param name="Weights">One a feature, standardisation folded in.</param>
/// <param name="Bias">Added to the sum; the threshold is at 0.</param>
internal sealed record TrainedCoverage(string Layer, float[] Weights, float Bias)
{
    /// <summary>Log-odds of a row's average state.</summary>
    public float LogOdds(ReadOnlySpan<float> mean) => TensorPrimitives.Dot(mean, Weights) + Bias;

    /// <summary>How surely a row is out of distribution, in [0, 1].</summary>
    public float Score(IProbeStates states, int row) =>
        states.Positions(row, Layer).IsEmpty ? 0.5f : Loss.Sigmoid(LogOdds(MeanOf(states, row, Layer)));

    /// <summary>The average over the content positions of a row; zeros if there is none.</summary>
    public static float[] MeanOf(IProbeStates states, int row, string layer)
    {
        var positions = states.Positions(row, layer);
        var sum = new float[states.Width];
        var one = new float[states.Width];
        for (var from = 0; from < positions.Length; from += states.Width)
        {
            TensorPrimitives.ConvertToSingle(positions.Slice(from, states.Width), one);
            TensorPrimitives.Add(sum, one, sum);
        }

        TensorPrimitives.Divide(sum, Math.Max(1, positions.Length / states.Width), sum);
        return sum;
    }
}
