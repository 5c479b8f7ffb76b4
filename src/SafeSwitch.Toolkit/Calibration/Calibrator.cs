using SafeSwitch.Bundles;

namespace SafeSwitch.Toolkit.Calibration;

/// <summary>Chooses thresholds on held-out rows.</summary>
public static class Calibrator
{
    /// <summary>Prompt stage: for each bound, the threshold that keeps it on the everyday harmless rows and on no listed kind
    /// exceeds that kind's own bound.</summary>
    /// <param name="rows">Held-out rows of both labels.</param>
    /// <param name="bounds">The bounds.</param>
    /// <param name="everyday">Which harmless rows stand for everyday traffic.</param>
    /// <param name="kinds">Bounds of their own for sets of harmless rows (such as <c>long</c>), as factors on the everyday bound;
    /// the threshold is the largest of all.</param>
    /// <exception cref="ArgumentException">There are no everyday harmless rows.</exception>
    public static IReadOnlyList<CalibrationRecord> ForFalsePositives(
        IReadOnlyCollection<ScoredRow> rows, IReadOnlyList<CalibrationBound> bounds, EverydayRule everyday,
        IReadOnlyDictionary<string, double>? kinds = null)
    {
        ScoredRow[] harmless = [.. rows.Where(r => !r.Positive && everyday.Matches(r.Set, r.Source))];
        if (harmless.Length == 0)
            throw new ArgumentException("No everyday harmless rows to calibrate on: expected validation rows with \"harmful\": false.");
        float[] harmful = [.. rows.Where(r => r.Positive).Select(r => r.Score)];
        return [.. bounds.Select(bound =>
        {
            var threshold = ConformalThreshold.Of(Scores(harmless), bound.MaxFalsePositiveRate);
            foreach (var (set, factor) in kinds ?? new Dictionary<string, double>())
            {
                float[] scores = Scores(rows.Where(r => !r.Positive && r.Set == set));
                var rate = bound.MaxFalsePositiveRate * factor;
                // Too few rows for a guarantee at this rate: their largest score is all that they can say.
                if (scores.Length > 0)
                    threshold = Math.Max(threshold, scores.Length + 1 < 1 / rate ? Above(scores.Max()) : ConformalThreshold.Of(scores, rate));
            }

            return Record(bound, threshold, harmless, harmful);
        })];
    }

    /// <summary>Response stage: for each policy, the threshold that keeps most complying answers at or above it, so that the
    /// stage spares requests that the model refuses by itself and little else.</summary>
    /// <param name="rows">Held-out rows; positive means that the answer complies.</param>
    /// <param name="policies">Policies that carry it.</param>
    /// <param name="maxMissed">Fraction of complying answers that may fall below, in (0, 1).</param>
    public static IReadOnlyList<CalibrationRecord> ForMisses(
        IReadOnlyCollection<ScoredRow> rows, IReadOnlyList<string> policies, double maxMissed = 0.01)
    {
        float[] complying = Scores(rows.Where(r => r.Positive));
        ScoredRow[] refusing = [.. rows.Where(r => !r.Positive)];
        if (complying.Length == 0)
            throw new ArgumentException("No complying answers to calibrate on.");
        // The same theorem on mirrored scores: what falls below the threshold is what would be missed.
        var threshold = Math.Max(0, 1 - ConformalThreshold.Of([.. complying.Select(s => 1 - s)], maxMissed));
        var flagged = refusing.Count(r => r.Score >= threshold);
        var rate = refusing.Length == 0 ? 1 : (double)flagged / refusing.Length;
        return [.. policies.Select(policy => Record(new CalibrationBound(policy, rate), threshold, refusing, complying))];
    }

    private static CalibrationRecord Record(CalibrationBound bound, double threshold, ScoredRow[] negative, float[] positive) => new()
    {
        Policy = bound.Policy,
        MaxFalsePositiveRate = bound.MaxFalsePositiveRate,
        Threshold = threshold,
        HarmlessRows = negative.Length,
        Flagged = negative.Count(r => r.Score >= threshold),
        Recall = positive.Length == 0 ? 0 : (double)positive.Count(s => s >= threshold) / positive.Length,
        Sources = [.. negative.Select(r => r.Source).Distinct().Order(StringComparer.Ordinal)],
    };

    private static double Above(float score) => Math.Min(1.0, MathF.BitIncrement(score));

    private static float[] Scores(IEnumerable<ScoredRow> rows) => [.. rows.Select(r => r.Score)];
}
