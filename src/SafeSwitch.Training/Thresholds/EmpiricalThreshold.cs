namespace SafeSwitch.Training.Thresholds;

/// <summary>
/// The lowest threshold at which no more than a stated share of some rows is flagged. It guarantees nothing of rows to come: a
/// guarantee needs at least 1/rate - 1 rows (see <see cref="ConformalThreshold"/>), and with fewer it could only be kept by flagging
/// nothing at all. So a kind of which there are twenty rows gets this cap instead: a stated rule that one can check.
/// </summary>
internal static class EmpiricalThreshold
{
    /// <summary>Just above the (floor(n rate) + 1)-th largest score, when scores at or above it are flagged.</summary>
    /// <returns>In [0, 1]; 0 if every row may be flagged.</returns>
    public static double Of(IReadOnlyCollection<float> harmless, double maxFalsePositiveRate)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxFalsePositiveRate);
        float[] scores = [.. harmless.OrderDescending()];
        var most = MostFlagged(scores.Length, maxFalsePositiveRate);
        return most >= scores.Length ? 0 : Math.Min(1.0, MathF.BitIncrement(scores[most]));
    }

    /// <summary>floor(n rate): 0.29 of 100 rows is 29, though the product of the two is a little less.</summary>
    public static int MostFlagged(int rows, double rate) => (int)Math.Min(rows, Math.Floor(rows * rate + 1e-9));
}
