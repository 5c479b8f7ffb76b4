namespace SafeSwitch.Training.Probes.Sweeps;

/// <summary>What linear networks on average states need of the rows that they are fitted to.</summary>
internal static class AverageStates
{
    /// <summary>Mean and standard deviation of every feature over some rows.</summary>
    /// <param name="means">The average states of all rows.</param>
    /// <param name="rows">The rows, by their place there.</param>
    public static (double[] Mean, double[] Deviation) Moments(float[][] means, int[] rows)
    {
        var width = means[rows[0]].Length;
        var (sum, squares) = (new double[width], new double[width]);
        foreach (var i in rows)
        {
            for (var c = 0; c < width; c++)
            {
                sum[c] += means[i][c];
                squares[c] += (double)means[i][c] * means[i][c];
            }
        }

        double[] mean = [.. sum.Select(s => s / rows.Length)];
        return (mean, [.. squares.Select((s, c) => Math.Sqrt(Math.Max((s / rows.Length) - (mean[c] * mean[c]), 1e-8)))]);
    }

    /// <summary>Weights of sum 1: every class weighs the same, and within one the kinds of rows, such as their sources, are evened out by the root of
    /// their size, so that neither a large source nor a large class decides.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="classOf">What a row is of.</param>
    /// <param name="kindOf">The kind of a row within its class.</param>
    public static double[] Weights<TClass, TKind>(int[] rows, Func<int, TClass> classOf, Func<int, TKind> kindOf)
        where TClass : notnull
        where TKind : notnull
    {
        var sizes = rows.CountBy(kindOf).ToDictionary();
        double[] weights = [.. rows.Select(i => 1 / Math.Sqrt(sizes[kindOf(i)]))];
        var sums = rows.Zip(weights).GroupBy(p => classOf(p.First)).ToDictionary(g => g.Key, g => g.Sum(p => p.Second));
        return [.. rows.Select((i, r) => weights[r] / (sums.Count * sums[classOf(i)]))];
    }
}
