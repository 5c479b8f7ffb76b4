namespace SafeSwitch.Toolkit.Metrics;

/// <summary>Expected calibration error (Naeini et al. 2015): how far probabilities lie from the frequencies they promise.</summary>
public static class CalibrationError
{
    /// <summary>The error over bins of equal width: per bin, |mean score - fraction positive|, weighted by its rows.</summary>
    /// <returns>In [0, 1]; NaN of no rows.</returns>
    public static double Expected(IReadOnlyList<float> scores, IReadOnlyList<bool> positive, int bins = 15) =>
        Bins(scores, positive, bins).Sum(b => b.Rows * Math.Abs(b.MeanScore - b.FractionPositive)) / scores.Count;

    /// <summary>The bins that hold rows, in the order of their scores: what a reliability plot shows.</summary>
    public static IReadOnlyList<ReliabilityBin> Bins(IReadOnlyList<float> scores, IReadOnlyList<bool> positive, int bins = 15) =>
        [.. scores.Zip(positive)
            .GroupBy(r => Math.Clamp((int)(r.First * bins), 0, bins - 1))
            .OrderBy(g => g.Key)
            .Select(g => new ReliabilityBin(
                g.Count(), g.Average(r => (double)r.First), (double)g.Count(r => r.Second) / g.Count()))];
}
