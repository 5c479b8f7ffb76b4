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

    /// <summary>Names of the hidden states that it reads.</summary>
    internal IReadOnlyList<string> HiddenStates => [.. Design.HiddenStates.Union(new[] { Coverage?.Layer, Classes?.Layer }.OfType<string>())];

    /// <summary>What tells rows that the probe can't read, if it was trained.</summary>
    internal TrainedCoverage? Coverage { get; set; }

    /// <summary>What tells the kinds of what it finds, if it was trained.</summary>
    internal TrainedClasses? Classes { get; set; }

    /// <summary>The classes as a bundle names them, the first for what is let through; <see langword="null"/> without any.</summary>
    internal IReadOnlyList<string>? ClassNames => Classes is null ? null : [ClassMap.None, .. Classes.Names];

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

/// <summary>One trained network; its logit, scaled and shifted, is the log-odds of the label.</summary>
internal sealed class TrainedMember(
    ProbeMemberDesign design, NetworkShape shape, float[] weights, Standardisation standardisation, float scale, float offset)
{
    public ProbeMemberDesign Design => design;

    public NetworkShape Shape => shape;

    public float[] Weights => weights;

    public Standardisation Standardisation => standardisation;

    /// <summary>Factor from logit to log-odds, positive.</summary>
    public float Scale => scale;

    /// <summary>Added after <see cref="Scale"/>.</summary>
    public float Offset => offset;

    /// <summary>Log-odds of some rows, in their order.</summary>
    public float[] LogOdds(IProbeStates states, IReadOnlyList<int> rows, int threads)
    {
        var input = new MemberInput(states, design);
        var results = new float[rows.Count];
        Parallel.For(
            0, rows.Count, new ParallelOptions { MaxDegreeOfParallelism = threads }, () => new NetworkPass(shape),
            (i, _, pass) =>
            {
                results[i] = scale * Logit(input, pass, rows[i]) + offset;
                return pass;
            },
            _ => { });
        return results;
    }

    private float Logit(MemberInput input, NetworkPass pass, int row)
    {
        var positions = input.Positions(row);
        var buffer = pass.Input(positions);
        input.Fill(row, 0, positions, buffer);
        standardisation.Apply(buffer);
        return pass.Forward(weights);
    }
}
