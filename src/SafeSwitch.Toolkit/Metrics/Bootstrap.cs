namespace SafeSwitch.Toolkit.Metrics;

/// <summary>Percentile bootstrap: an interval for a figure that has no formula, such as recall at a bound of false positives.</summary>
public static class Bootstrap
{
    /// <summary>The central 95% of the figure over resampled rows.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="figure">The figure of a sample of row indices, drawn with replacement.</param>
    /// <param name="samples">Samples drawn.</param>
    /// <param name="seed">Seed of the draws.</param>
    public static (double Lower, double Upper) Interval(
        int rows, Func<IReadOnlyList<int>, double> figure, int samples = 500, int seed = 1)
    {
        var random = Training.Probes.SplitMix.For(seed, use: 0);
        var sample = new int[rows];
        var figures = new double[samples];
        for (var i = 0; i < samples; i++)
        {
            foreach (ref var row in sample.AsSpan())
                row = random.Next(rows);
            figures[i] = figure(sample);
        }

        Array.Sort(figures);
        return (figures[(int)(samples * 0.025)], figures[Math.Min(samples - 1, (int)(samples * 0.975))]);
    }
}
