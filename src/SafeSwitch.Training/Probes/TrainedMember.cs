namespace SafeSwitch.Training.Probes;

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
