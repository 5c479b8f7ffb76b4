namespace SafeSwitch.Training.Metrics;

/// <summary>Scores of some rows, sorted once, so that the figures of many resamples cost one pass each.</summary>
/// <remarks>A resample is given as how often each row was drawn; row numbers are those of the caller.</remarks>
internal sealed class ScoreRanking
{
    private readonly (int Row, float Score, bool Positive)[] ascending;

    public ScoreRanking(IEnumerable<(int Row, float Score, bool Positive)> rows) => ascending = [.. rows.OrderBy(r => r.Score)];

    /// <summary>Probability that a positive row scores above a negative one, ties counted half; NaN with one class only.</summary>
    public double AreaUnderCurve(ReadOnlySpan<int> draws)
    {
        double area = 0, positives = 0, negatives = 0;
        for (var from = 0; from < ascending.Length;)
        {
            double hits = 0, misses = 0;
            var to = from;
            for (; to < ascending.Length && ascending[to].Score == ascending[from].Score; to++)
            {
                if (ascending[to].Positive)
                    hits += draws[ascending[to].Row];
                else
                    misses += draws[ascending[to].Row];
            }

            area += hits * (negatives + misses / 2);
            positives += hits;
            negatives += misses;
            from = to;
        }

        return area / (positives * negatives);
    }

    /// <summary>Fraction of the positive rows above the threshold that the conformal threshold sets on the
    /// negative ones; NaN without positive rows.</summary>
    public double RecallAt(double maxFalsePositiveRate, ReadOnlySpan<int> draws)
    {
        long positives = 0, negatives = 0;
        foreach (var (row, _, positive) in ascending)
        {
            if (positive)
                positives += draws[row];
            else
                negatives += draws[row];
        }

        var rank = (long)Math.Ceiling((negatives + 1) * (1 - maxFalsePositiveRate) - 1e-9);
        if (rank > negatives)
            return positives == 0 ? double.NaN : 0;
        long below = 0, found = 0;
        var cut = float.PositiveInfinity;
        foreach (var (row, score, positive) in ascending)
        {
            if (positive)
                found += score > cut ? draws[row] : 0;
            else if ((below += draws[row]) >= rank && float.IsPositiveInfinity(cut))
                cut = score;
        }

        return (double)found / positives;
    }
}
