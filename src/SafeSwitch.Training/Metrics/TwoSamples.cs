namespace SafeSwitch.Training.Metrics;

/// <summary>
/// Whether two samples come from one distribution: Kolmogorov and Smirnov's two-sample test. Ties make it cautious: the probability is
/// then too large, never too small.
/// </summary>
/// <param name="Distance">The largest difference between the two distribution functions, in [0, 1].</param>
/// <param name="Probability">Probability of such a distance, or a larger one, if both come from one distribution, in [0, 1]; by the series of
/// the limit distribution with Stephens' correction for finite samples (1970).</param>
public sealed record TwoSamples(double Distance, double Probability)
{
    /// <summary>Compares two samples.</summary>
    /// <param name="first">One.</param>
    /// <param name="second">The other.</param>
    /// <returns>Distance 0 and probability 1 if either is empty.</returns>
    public static TwoSamples Of(IReadOnlyCollection<float> first, IReadOnlyCollection<float> second)
    {
        float[] a = [.. first.Order()], b = [.. second.Order()];
        if (a.Length == 0 || b.Length == 0)
            return new TwoSamples(0, 1);
        double distance = 0;
        for (int i = 0, j = 0; i < a.Length && j < b.Length;)
        {
            // Past every value that is equal, on both sides: within a tie the functions have no difference.
            var value = Math.Min(a[i], b[j]);
            while (i < a.Length && a[i] == value)
                i++;
            while (j < b.Length && b[j] == value)
                j++;
            distance = Math.Max(distance, Math.Abs((double)i / a.Length - (double)j / b.Length));
        }

        var root = Math.Sqrt((double)a.Length * b.Length / (a.Length + b.Length));
        return new TwoSamples(distance, Tail((root + 0.12 + 0.11 / root) * distance));
    }

    // 2 sum (-1)^(k-1) exp(-2 k² x²). Below 0.3 the series hardly converges, and the probability is 1 to nine digits.
    private static double Tail(double x)
    {
        if (x < 0.3)
            return 1;
        var sum = 0.0;
        for (var k = 1; k <= 100; k++)
            sum += (k % 2 == 1 ? 1 : -1) * Math.Exp(-2.0 * k * k * x * x);
        return Math.Clamp(2 * sum, 0, 1);
    }
}
