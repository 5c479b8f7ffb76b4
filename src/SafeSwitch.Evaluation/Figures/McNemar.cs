namespace SafeSwitch.Evaluation.Figures;

/// <summary>McNemar's exact test: do two methods differ on the same rows? Only rows on which they disagree say something.</summary>
/// <param name="OnlyFirst">Rows that only the first got wrong.</param>
/// <param name="OnlySecond">Rows that only the second got wrong.</param>
public readonly record struct McNemar(int OnlyFirst, int OnlySecond)
{
    /// <summary>Two-sided probability of a split at least so uneven if the methods were equal.</summary>
    public double PValue
    {
        get
        {
            var n = OnlyFirst + OnlySecond;
            if (n == 0)
                return 1;
            // Binomial tail at one half, term by term in logarithms: exact for any n that fits a table of rows.
            double tail = 0, logChoose = 0;
            for (var k = 0; k <= Math.Min(OnlyFirst, OnlySecond); k++)
            {
                tail += Math.Exp(logChoose - n * Math.Log(2));
                logChoose += Math.Log(n - k) - Math.Log(k + 1);
            }

            return Math.Min(1, 2 * tail);
        }
    }

    /// <summary>Compares two methods row by row.</summary>
    public static McNemar Of(IEnumerable<(bool First, bool Second)> rows)
    {
        int first = 0, second = 0;
        foreach (var (a, b) in rows)
        {
            first += a && !b ? 1 : 0;
            second += b && !a ? 1 : 0;
        }

        return new McNemar(first, second);
    }
}
