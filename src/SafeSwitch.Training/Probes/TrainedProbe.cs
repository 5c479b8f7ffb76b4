using SafeSwitch.Training.Numerics;

namespace SafeSwitch.Training.Probes;

/// <summary>A trained probe; written as an ONNX graph it gives the same scores.</summary>
public sealed class TrainedProbe
{
    internal TrainedProbe(ProbeDesign design, int width, IReadOnlyList<TrainedMember> members)
    {
        Design = design;
        Width = width;
        Members = members;
    }

    /// <summary>What was trained.</summary>
    public ProbeDesign Design { get; }

    /// <summary>Numbers per hidden state.</summary>
    public int Width { get; }

    internal IReadOnlyList<TrainedMember> Members { get; }

    /// <summary>Probability of the positive class for some rows, in their order.</summary>
    /// <param name="states">The rows' states, of the width and with the layers that it was trained on.</param>
    /// <param name="rows">Indices of rows.</param>
    /// <param name="threads">Threads; 0 for one per processor.</param>
    public float[] Score(IProbeStates states, IReadOnlyList<int> rows, int threads = 0)
    {
        threads = threads > 0 ? threads : Environment.ProcessorCount;
        return Combine([.. Members.Select(m => m.LogOdds(states, rows, threads))], Design.Average);
    }

    internal static float[] Combine(IReadOnlyList<float[]> logOdds, EnsembleAverage average)
    {
        var scores = new float[logOdds[0].Length];
        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] = average == EnsembleAverage.Logits
                ? Loss.Sigmoid(logOdds.Sum(m => m[i]) / logOdds.Count)
                : logOdds.Sum(m => Loss.Sigmoid(m[i])) / logOdds.Count;
        }

        return scores;
    }
}
