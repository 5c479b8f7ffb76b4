namespace SafeSwitch.Training.Metrics;

/// <summary>Expected calibration error (Naeini et al. 2015): how far probabilities are from the frequencies they promise.</summary>
public static class CalibrationError
{
    /// <summary>The error over bins of equal width: per bin, |mean score - fraction positive|, weighted by its rows.</summary>
    /// <returns>In [0, 1]; NaN of no rows.</returns>
    public static double Expected(IReadOnlyList<float> scores, IReadOnlyList<bool> positive, int bins = 15) =>
        Bins(scores, positive, bins).Sum(b => b.Rows * Math.Abs(b.MeanScore - b.FractionPositive)) / scores.Count;

    /// <summary>The error of a resample in which every row was drawn so often.</summary>
    internal static double Expected(IReadOnlyList<float> scores, IReadOnlyList<bool> positive, ReadOnlySpan<int> draws, int bins = 15)
    {
        Span<double> gaps = stackalloc double[bins];
        var total = 0;
        for (var i = 0; i < draws.Length; i++)
        {
            gaps[Bin(scores[i], bins)] += draws[i] * ((double)scores[i] - (positive[i] ? 1 : 0));
            total += draws[i];
        }

        var sum = 0.0;
        foreach (var gap in gaps)
            sum += Math.Abs(gap);
        return sum / total;
    }

    /// <summary>The bins that hold rows, in the order of their scores: what a reliability plot shows.</summary>
    public static IReadOnlyList<ReliabilityBin> Bins(IReadOnlyList<float> scores, IReadOnlyList<bool> positive, int bins = 15) =>
        [.. scores.Zip(positive)
            .GroupBy(r => Bin(r.First, bins))
            .OrderBy(g => g.Key)
            .Select(g => new ReliabilityBin(
                g.Count(), g.Average(r => (double)r.First), (double)g.Count(r => r.Second) / g.Count()))];

    private static int Bin(float score, int bins) => Math.Clamp((int)(score * bins), 0, bins - 1);
}

/// <summary>Rows of similar score.</summary>
/// <param name="Rows">How many.</param>
/// <param name="MeanScore">Their mean probability.</param>
/// <param name="FractionPositive">How many of them are positive, as a fraction.</param>
public readonly record struct ReliabilityBin(int Rows, double MeanScore, double FractionPositive);
