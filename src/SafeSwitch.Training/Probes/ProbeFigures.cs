using System.Text.Json.Serialization;
using SafeSwitch.Training.Metrics;
using SafeSwitch.Training.Thresholds;

namespace SafeSwitch.Training.Probes;

/// <summary>What a trained probe does on the validation rows.</summary>
public sealed record ProbeFigures
{
    private const int Resamples = 1000;
    private const double Half = 0.5;

    /// <summary>Positive rows.</summary>
    public required int Positive { get; init; }

    /// <summary>Negative rows.</summary>
    public required int Negative { get; init; }

    /// <summary>Negative rows that the bound on false positives is about.</summary>
    [JsonPropertyName("everyday")]
    public required int Benign { get; init; }

    /// <summary>The bound on the share of everyday rows that are flagged, in (0, 1).</summary>
    public required double MaxFalsePositiveRate { get; init; }

    /// <summary>The threshold that keeps it; 1 if there are too few everyday rows for it.</summary>
    public required double Threshold { get; init; }

    /// <summary>Fraction of rows decided rightly at one half; Wilson's interval.</summary>
    public required Estimate Accuracy { get; init; }

    /// <summary>Harmonic mean of precision and recall at one half; bootstrap interval.</summary>
    public required Estimate F1 { get; init; }

    /// <summary>Area under the ROC curve; bootstrap interval.</summary>
    public required Estimate AreaUnderCurve { get; init; }

    /// <summary>Fraction of positive rows flagged at <see cref="Threshold"/>; bootstrap interval, the threshold chosen again on every sample.</summary>
    public required Estimate RecallAtBound { get; init; }

    /// <summary>Expected calibration error over 15 bins; bootstrap interval, which is above the figure where that is near 0.</summary>
    public required Estimate CalibrationError { get; init; }

    /// <summary>What is flagged at <see cref="Threshold"/>, by source and label; Wilson's intervals.</summary>
    public required IReadOnlyList<SourceFigure> Sources { get; init; }

    /// <summary>Everyday rows that the bound needs: with fewer, no threshold can keep it and nothing is flagged.</summary>
    [JsonPropertyName("everyday_needed")]
    public int BenignNeeded => ConformalThreshold.RowsNeeded(MaxFalsePositiveRate);

    /// <summary>Figures of some rows.</summary>
    /// <param name="rows">The rows, of both labels.</param>
    /// <param name="scores">Their probabilities.</param>
    /// <param name="benign">Which negative rows the bound is about.</param>
    /// <param name="maxFalsePositiveRate">The bound, in (0, 1).</param>
    public static ProbeFigures Of(
        IReadOnlyList<ProbeRow> rows, IReadOnlyList<float> scores, BenignRule benign, double maxFalsePositiveRate) =>
        Of(new ScoredRows(rows, scores, benign), maxFalsePositiveRate);

    internal static ProbeFigures Of(ScoredRows rows, double maxFalsePositiveRate)
    {
        var (scores, positive) = (rows.Scores, rows.Positive);
        var threshold = ConformalThreshold.Of([.. scores.Where((_, i) => rows.IsBenign(i))], maxFalsePositiveRate);
        var scored = scores.Select((s, i) => (i, s, positive[i])).ToList();
        int[] kinds = [.. positive.Select((p, i) => p ? 2 : rows.IsBenign(i) ? 1 : 0)];
        var ranking = new ScoreRanking(scored);
        var atBound = new ScoreRanking(scored.Where(r => rows.IsPositiveOrBenign(r.i)));
        return new ProbeFigures
        {
            Positive = positive.Count(p => p),
            Negative = positive.Count(p => !p),
            Benign = scored.Count(r => rows.IsBenign(r.i)),
            MaxFalsePositiveRate = maxFalsePositiveRate,
            Threshold = threshold,
            Accuracy = Estimate.Of(Proportion.Of(scores.Select((s, i) => s >= Half == positive[i]))),
            F1 = Bootstrap.OfDraws(kinds, draws => F1Of(scores, positive, draws), Resamples),
            AreaUnderCurve = Bootstrap.OfDraws(kinds, draws => ranking.AreaUnderCurve(draws), Resamples),
            RecallAtBound = Bootstrap.OfDraws(kinds, draws => atBound.RecallAt(maxFalsePositiveRate, draws), Resamples),
            CalibrationError = Bootstrap.OfDraws(kinds, draws => Metrics.CalibrationError.Expected(scores, positive, draws), Resamples),
            Sources = [.. rows.Rows.Select((r, i) => (r.Source, r.Positive, Flagged: scores[i] >= threshold))
                .GroupBy(r => (r.Source, r.Positive))
                .OrderByDescending(g => g.Key.Positive).ThenBy(g => g.Key.Source, StringComparer.Ordinal)
                .Select(g => new SourceFigure(g.Key.Source, g.Key.Positive, Proportion.Of(g.Select(r => r.Flagged))))],
        };
    }

    /// <summary>The figures by name, for a record.</summary>
    internal Dictionary<string, double> ToMetrics()
    {
        var metrics = new Dictionary<string, double>
        {
            ["accuracy"] = Accuracy.Value,
            ["f1"] = F1.Value,
            ["auroc"] = AreaUnderCurve.Value,
            ["calibration_error"] = CalibrationError.Value,
            ["recall_at_bound"] = RecallAtBound.Value,
        };
        foreach (var source in Sources)
            metrics[$"{(source.Positive ? "recall" : "flagged")}.{source.Source}"] = source.Flagged.Value;
        return metrics.Where(m => double.IsFinite(m.Value)).ToDictionary(m => m.Key, m => Math.Round(m.Value, 4));
    }

    private static double F1Of(IReadOnlyList<float> scores, IReadOnlyList<bool> positive, int[] draws)
    {
        double found = 0, wrong = 0;
        for (var i = 0; i < positive.Count; i++)
        {
            var flagged = scores[i] >= Half;
            found += flagged && positive[i] ? draws[i] : 0;
            wrong += flagged != positive[i] ? draws[i] : 0;
        }

        return found + wrong == 0 ? double.NaN : 2 * found / (2 * found + wrong);
    }
}

/// <summary>What a probe flags of one source.</summary>
/// <param name="Source">Where the prompts came from.</param>
/// <param name="Positive">Their label: flagged is right if it is <see langword="true"/>.</param>
/// <param name="Flagged">How many are flagged.</param>
public sealed record SourceFigure(string Source, bool Positive, Proportion Flagged);
