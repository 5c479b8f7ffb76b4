namespace SafeSwitch.Toolkit.Metrics;

/// <summary>Percentile bootstrap (Efron 1979): an interval for a figure that has no formula, such as recall at a bound of false positives.</summary>
public static class Bootstrap
{
    /// <summary>The central 95% of the figure over resampled rows.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="figure">The figure of a sample of row indices, drawn with replacement; NaN if it has none there.</param>
    /// <param name="samples">Samples drawn.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <returns>NaN where no sample has the figure.</returns>
    public static (double Lower, double Upper) Interval(
        int rows, Func<IReadOnlyList<int>, double> figure, int samples = 500, int seed = 1)
    {
        var random = Training.Probes.SplitMix.For(seed, use: 0);
        var sample = new int[rows];
        var figures = new List<double>(samples);
        for (var i = 0; i < samples; i++)
        {
            foreach (ref var row in sample.AsSpan())
                row = random.Next(rows);
            if (figure(sample) is var value && !double.IsNaN(value))
                figures.Add(value);
        }

        if (figures.Count == 0)
            return (double.NaN, double.NaN);
        figures.Sort();
        return (figures[(int)(figures.Count * 0.025)], figures[Math.Min(figures.Count - 1, (int)(figures.Count * 0.975))]);
    }

    /// <summary>The same for a figure of how often each row was drawn, beside its value where each is there once.</summary>
    internal static Estimate OfDraws(int rows, Func<int[], double> figure, int samples = 500, int seed = 1)
    {
        var draws = new int[rows];
        Array.Fill(draws, 1);
        var value = figure(draws);
        var (lower, upper) = Interval(
            rows,
            sample =>
            {
                Array.Clear(draws);
                foreach (var row in (int[])sample)
                    draws[row]++;
                return figure(draws);
            },
            samples,
            seed);
        return new Estimate(value, lower, upper);
    }
}
