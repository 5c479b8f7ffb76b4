namespace SafeSwitch.Training.Metrics;

/// <summary>What a threshold does to labelled rows.</summary>
/// <param name="TruePositives">Positive rows flagged.</param>
/// <param name="FalsePositives">Negative rows flagged.</param>
/// <param name="TrueNegatives">Negative rows let through.</param>
/// <param name="FalseNegatives">Positive rows let through.</param>
internal readonly record struct ConfusionCounts(int TruePositives, int FalsePositives, int TrueNegatives, int FalseNegatives)
{
    /// <summary>Fraction of rows decided rightly.</summary>
    public double Accuracy =>
        (double)(TruePositives + TrueNegatives) / (TruePositives + FalsePositives + TrueNegatives + FalseNegatives);

    /// <summary>Harmonic mean of precision and recall; 0 if nothing was flagged rightly.</summary>
    public double F1 => TruePositives == 0 ? 0 : 2.0 * TruePositives / (2.0 * TruePositives + FalsePositives + FalseNegatives);

    /// <summary>Fraction of positive rows flagged.</summary>
    public Proportion Recall => new(TruePositives, TruePositives + FalseNegatives);

    /// <summary>Fraction of negative rows flagged.</summary>
    public Proportion FalsePositiveRate => new(FalsePositives, FalsePositives + TrueNegatives);

    /// <summary>Counts rows whose score is at or above a threshold as flagged.</summary>
    public static ConfusionCounts At(double threshold, IReadOnlyList<float> scores, IReadOnlyList<bool> positive)
    {
        int tp = 0, fp = 0, tn = 0, fn = 0;
        for (var i = 0; i < scores.Count; i++)
        {
            _ = (scores[i] >= threshold, positive[i]) switch
            {
                (true, true) => tp++,
                (true, false) => fp++,
                (false, false) => tn++,
                (false, true) => fn++,
            };
        }

        return new ConfusionCounts(tp, fp, tn, fn);
    }
}
