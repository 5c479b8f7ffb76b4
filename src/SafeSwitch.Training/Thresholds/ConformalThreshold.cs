namespace SafeSwitch.Training.Thresholds;

/// <summary>
/// Split-conformal thresholds (Vovk, Gammerman and Shafer 2005; Angelopoulos and Bates, arXiv 2107.07511, section 1): with n
/// harmless scores exchangeable with those to come, flagging what exceeds the ceil((n + 1)(1 - alpha))-th smallest flags a
/// harmless request with probability at most alpha. No assumption on the probe, exact for finite n.
/// </summary>
public static class ConformalThreshold
{
    /// <summary>The lowest threshold that keeps the bound when scores at or above it are flagged.</summary>
    /// <param name="harmless">Scores of harmless rows, in [0, 1].</param>
    /// <param name="maxFalsePositiveRate">The bound, in (0, 1).</param>
    /// <returns>In (0, 1]; above every score if there are too few rows for the bound (n below 1/alpha - 1).</returns>
    /// <exception cref="ArgumentOutOfRangeException">The bound is not in (0, 1).</exception>
    public static double Of(IReadOnlyCollection<float> harmless, double maxFalsePositiveRate)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxFalsePositiveRate);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(maxFalsePositiveRate, 1);
        float[] scores = [.. harmless.Order()];
        var rank = (int)Math.Ceiling((scores.Length + 1) * (1 - maxFalsePositiveRate) - 1e-9);
        if (rank > scores.Length)
            return 1;
        // "At or above" flags, "above" is what the theorem is about: the next number that a score can be.
        return Math.Min(1.0, MathF.BitIncrement(scores[Math.Max(rank, 1) - 1]));
    }

    /// <summary>Rows without which no threshold keeps a bound but the one that flags nothing: 1/alpha - 1.</summary>
    public static int RowsNeeded(double maxFalsePositiveRate) => (int)Math.Ceiling((1 / maxFalsePositiveRate) - 1 - 1e-9);
}
