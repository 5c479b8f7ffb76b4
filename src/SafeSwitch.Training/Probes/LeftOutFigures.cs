using SafeSwitch.Training.Metrics;

namespace SafeSwitch.Training.Probes;

/// <summary>
/// What a design does on sources that it never saw, at one threshold: the lowest at which everyday sources are flagged at a bound in the
/// mean and the worst of them at a multiple of it. Every row is scored by networks that saw neither its source nor its wrappers.
/// </summary>
public sealed record LeftOutFigures
{
    private const int Resamples = 200;

    /// <summary>The bound on the mean over the everyday sources, in (0, 1).</summary>
    public required double MeanBound { get; init; }

    /// <summary>The bound on each of them, in (0, 1].</summary>
    public required double WorstBound { get; init; }

    /// <summary>The threshold that keeps both.</summary>
    public required double Threshold { get; init; }

    /// <summary>The everyday source that is flagged most.</summary>
    public required SourceFigure Worst { get; init; }

    /// <summary>Share of harmful rows found, averaged over their sources; bootstrap interval, the threshold chosen again on every sample.</summary>
    public required Estimate MeanRecall { get; init; }

    /// <summary>Share of everyday rows flagged, averaged over their sources.</summary>
    public required double MeanFlagged { get; init; }

    /// <summary>What is flagged, by source or kind and label, everyday sources apart from other harmless ones.</summary>
    public required IReadOnlyList<LeftOutFigure> Sources { get; init; }

    /// <summary>Rows that a source must have for its share to count, unless none of its label has as many: those of smaller ones say little.</summary>
    public const int LeastRows = 50;

    /// <summary>Figures of scored rows.</summary>
    /// <param name="rows">The rows, each scored by networks that did not see its source.</param>
    /// <param name="maxFalsePositiveRate">The bound on the mean, in (0, 1).</param>
    /// <param name="sourceFactor">The bound on the worst source, as a multiple of it.</param>
    public static LeftOutFigures Of(ScoredRows rows, double maxFalsePositiveRate, double sourceFactor)
    {
        var worstBound = Math.Min(1, maxFalsePositiveRate * sourceFactor);
        var groups = rows.Rows.Index()
            .GroupBy(r => (Kind: r.Item.Plain ? r.Item.Family : r.Item.Kind, r.Item.Positive, Everyday: rows.IsBenign(r.Index) && r.Item.Plain))
            .Select(g => (g.Key.Kind, g.Key.Positive, g.Key.Everyday, Scores: g.Select(r => rows.Scores[r.Index]).Order().ToArray(), Plain: g.First().Item.Plain))
            .OrderByDescending(g => g.Positive).ThenByDescending(g => g.Everyday).ThenBy(g => g.Kind, StringComparer.Ordinal)
            .ToList();
        var everyday = Counting(groups.Where(g => g.Everyday).Select(g => g.Scores));
        var harmful = Counting(groups.Where(g => g.Positive && g.Plain).Select(g => g.Scores));
        if (everyday.Count == 0 || harmful.Count == 0)
            throw new ArgumentException($"Figures of left-out sources need everyday and harmful ones; found {everyday.Count} and {harmful.Count}.");
        var threshold = LowestThreshold(everyday, maxFalsePositiveRate, worstBound);
        var figures = groups.Select(g => new LeftOutFigure(
            g.Kind, g.Positive, g.Everyday, Proportion.Of(g.Scores.Select(s => s >= threshold)))).ToList();
        var worst = figures.Where(f => f.Everyday && f.Flagged.Total >= everyday.Min(s => s.Length)).MaxBy(f => f.Flagged.Value)!;
        return new LeftOutFigures
        {
            MeanBound = maxFalsePositiveRate,
            WorstBound = worstBound,
            Threshold = threshold,
            Worst = new SourceFigure(worst.Kind, Positive: false, worst.Flagged),
            MeanRecall = Resampled(everyday, harmful, maxFalsePositiveRate, worstBound),
            MeanFlagged = everyday.Average(s => Above(s, threshold)),
            Sources = figures,
        };
    }

    /// <summary>The figures by name, for a record.</summary>
    internal Dictionary<string, double> ToMetrics()
    {
        var metrics = new Dictionary<string, double>
        {
            ["left_out.threshold"] = Threshold,
            ["left_out.recall"] = MeanRecall.Value,
            ["left_out.recall_lower"] = MeanRecall.Lower,
            ["left_out.recall_upper"] = MeanRecall.Upper,
            ["left_out.everyday"] = MeanFlagged,
            ["left_out.everyday_worst"] = Worst.Flagged.Value,
        };
        foreach (var source in Sources)
            metrics[$"left_out.{(source.Positive ? "recall" : "flagged")}.{source.Kind}"] = source.Flagged.Value;
        return metrics.Where(m => double.IsFinite(m.Value)).ToDictionary(m => m.Key, m => Math.Round(m.Value, 4));
    }

    private static List<float[]> Counting(IEnumerable<float[]> sources)
    {
        var all = sources.ToList();
        return all.Exists(s => s.Length >= LeastRows) ? all.FindAll(s => s.Length >= LeastRows) : all;
    }

    // The lowest threshold that keeps both bounds: shares only fall as it rises, so it is one of the everyday scores, or just above one.
    private static double LowestThreshold(List<float[]> everyday, double mean, double worst)
    {
        float[] candidates = [0, .. everyday.SelectMany(s => s).Distinct().Order().Select(MathF.BitIncrement)];
        int low = 0, high = candidates.Length - 1;
        while (low < high)
        {
            var middle = (low + high) / 2;
            var shares = everyday.Select(s => Above(s, candidates[middle])).ToList();
            if (shares.Average() <= mean && shares.Max() <= worst)
                high = middle;
            else
                low = middle + 1;
        }

        return candidates[low];
    }

    private static double Above(float[] ascending, double threshold)
    {
        int low = 0, high = ascending.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (ascending[middle] >= threshold)
                high = middle;
            else
                low = middle + 1;
        }

        return (double)(ascending.Length - low) / ascending.Length;
    }

    private static Estimate Resampled(List<float[]> everyday, List<float[]> harmful, double mean, double worst)
    {
        var value = harmful.Average(s => Above(s, LowestThreshold(everyday, mean, worst)));
        var draws = new double[Resamples];
        Parallel.For(0, Resamples, i =>
        {
            var random = Numerics.SplitMix.For(i, use: -11);
            var threshold = LowestThreshold([.. everyday.Select(Sample)], mean, worst);
            draws[i] = harmful.Select(Sample).Average(s => Above(s, threshold));

            float[] Sample(float[] scores)
            {
                var sample = new float[scores.Length];
                for (var k = 0; k < sample.Length; k++)
                    sample[k] = scores[random.Next(scores.Length)];
                Array.Sort(sample);
                return sample;
            }
        });
        Array.Sort(draws);
        return new Estimate(value, draws[(int)(0.025 * Resamples)], draws[(int)(0.975 * Resamples) - 1]);
    }
}

/// <summary>What is flagged of one source or kind that training did not see.</summary>
/// <param name="Kind">The source, a collection of wrappers, or a kind of rows that are not plain.</param>
/// <param name="Positive">Their label: flagged is right if it is <see langword="true"/>.</param>
/// <param name="Everyday">Whether they stand for everyday requests.</param>
/// <param name="Flagged">How many are flagged.</param>
public sealed record LeftOutFigure(string Kind, bool Positive, bool Everyday, Proportion Flagged);
