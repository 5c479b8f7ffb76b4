using SafeSwitch.Training.Numerics;

namespace SafeSwitch.Training.Metrics;

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
        var random = SplitMix.For(seed, use: 0);
        var sample = new int[rows];
        return Central(samples, () =>
        {
            foreach (ref var row in sample.AsSpan())
                row = random.Next(rows);
            return figure(sample);
        });
    }

    /// <summary>The chance that a positive row scores above a negative one (AUROC), with its interval over the rows of each label.</summary>
    /// <param name="scores">One score a row.</param>
    /// <param name="positive">One label a row, both among them.</param>
    /// <param name="samples">Samples drawn.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static Estimate AreaUnderCurve(IReadOnlyList<float> scores, IReadOnlyList<bool> positive, int samples = 500, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(positive);
        if (scores.Count != positive.Count)
            throw new ArgumentException($"{scores.Count} scores for {positive.Count} labels.");
        var ranking = new ScoreRanking(scores.Select((s, i) => (i, s, positive[i])));
        return OfDraws([.. positive.Select(p => p ? 1 : 0)], draws => ranking.AreaUnderCurve(draws), samples, seed);
    }

    /// <summary>
    /// The interval of a figure that is computed from how often each row was drawn, and its value on the rows themselves. Rows are
    /// drawn within their own kind, so that every sample has as many of each kind as the rows do: those numbers are not random.
    /// </summary>
    /// <param name="kinds">A kind for each row.</param>
    /// <param name="figure">The figure; NaN if it has none there.</param>
    /// <param name="samples">Samples drawn.</param>
    /// <param name="seed">Seed of the draws.</param>
    internal static Estimate OfDraws(IReadOnlyList<int> kinds, Func<int[], double> figure, int samples = 500, int seed = 1)
    {
        int[][] groups = [.. kinds.Index().GroupBy(k => k.Item, k => k.Index).Select(g => g.ToArray())];
        var random = SplitMix.For(seed, use: 0);
        var draws = new int[kinds.Count];
        Array.Fill(draws, 1);
        var value = figure(draws);
        var (lower, upper) = Central(samples, () =>
        {
            Array.Clear(draws);
            foreach (var group in groups)
            {
                for (var i = 0; i < group.Length; i++)
                    draws[group[random.Next(group.Length)]]++;
            }

            return figure(draws);
        });
        return AtEdge(new Estimate(value, lower, upper), groups.Length == 0 ? 0 : groups.Min(g => g.Length));
    }

    // Of a share that no sample moves from 0 or 1 resampling knows nothing; how few rows there are still says something.
    private static Estimate AtEdge(Estimate estimate, int fewest) =>
        estimate is { Value: 1, Lower: 1, Upper: 1 } ? estimate with { Lower = new Proportion(fewest, fewest).Lower }
        : estimate is { Value: 0, Lower: 0, Upper: 0 } ? estimate with { Upper = new Proportion(0, fewest).Upper }
        : estimate;

    private static (double Lower, double Upper) Central(int samples, Func<double> figure)
    {
        var figures = new List<double>(samples);
        for (var i = 0; i < samples; i++)
        {
            if (figure() is var value && !double.IsNaN(value))
                figures.Add(value);
        }

        if (figures.Count == 0)
            return (double.NaN, double.NaN);
        figures.Sort();
        return (figures[(int)(figures.Count * 0.025)], figures[Math.Min(figures.Count - 1, (int)(figures.Count * 0.975))]);
    }
}
