namespace SafeSwitch.Training.Metrics;

/// <summary>How well scores separate two classes, over all thresholds.</summary>
public sealed class RocCurve
{
    private RocCurve(IReadOnlyList<RocPoint> points, double area)
    {
        Points = points;
        AreaUnderCurve = area;
    }

    /// <summary>Points of the curve, from nothing flagged to everything flagged; rows with equal scores move together.</summary>
    public IReadOnlyList<RocPoint> Points { get; }

    /// <summary>Probability that a positive row scores above a negative one, ties counted half; NaN with one class only.</summary>
    public double AreaUnderCurve { get; }

    /// <summary>The curve of some scores.</summary>
    /// <param name="scores">One score a row.</param>
    /// <param name="positive">One label a row.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static RocCurve Of(IReadOnlyList<float> scores, IReadOnlyList<bool> positive)
    {
        if (scores.Count != positive.Count)
            throw new ArgumentException($"{scores.Count} scores for {positive.Count} labels.");
        double positives = positive.Count(p => p);
        var negatives = positive.Count - positives;
        var points = new List<RocPoint> { new(double.PositiveInfinity, 0, 0) };
        double caught = 0, flagged = 0, area = 0;
        foreach (var group in scores.Zip(positive).GroupBy(r => r.First).OrderByDescending(g => g.Key))
        {
            var hits = group.Count(r => r.Second);
            var misses = group.Count() - hits;
            area += misses * (caught + hits / 2.0);
            caught += hits;
            flagged += misses;
            points.Add(new RocPoint(group.Key, flagged / negatives, caught / positives));
        }

        return new RocCurve(points, area / (positives * negatives));
    }

    /// <summary>The largest recall whose false-positive rate stays within a bound.</summary>
    public double RecallAt(double maxFalsePositiveRate) =>
        Points.Where(p => p.FalsePositiveRate <= maxFalsePositiveRate).Max(p => p.Recall);
}

/// <summary>One operating point.</summary>
/// <param name="Threshold">Scores at or above it are flagged.</param>
/// <param name="FalsePositiveRate">Fraction of the negative rows flagged.</param>
/// <param name="Recall">Fraction of the positive rows flagged.</param>
public readonly record struct RocPoint(double Threshold, double FalsePositiveRate, double Recall);
