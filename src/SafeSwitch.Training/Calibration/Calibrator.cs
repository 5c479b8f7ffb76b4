using SafeSwitch.Bundles;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Thresholds;

namespace SafeSwitch.Training.Calibration;

/// <summary>Chooses thresholds on held-out rows.</summary>
internal static class Calibrator
{
    /// <summary>
    /// Prompt stage: for each policy, the lowest threshold that keeps its bound on everyday harmless rows, a looser one on every
    /// source of them, and the bounds of all kinds. The first two are split-conformal, a guarantee for any number of rows; a source with too
    /// few rows for its bound is looked at together with the others of that sort. Those of kinds are empirical: at most
    /// floor(n·rate) of a kind's n rows are flagged. A guarantee for a kind needs n ≥ 1/rate − 1 rows and could else only be kept by flagging
    /// nothing, so that a handful of rows would switch the guard off.
    /// </summary>
    /// <param name="rows">Held-out rows of both labels.</param>
    /// <param name="bounds">The policies and their bounds on everyday rows.</param>
    /// <param name="benign">Which harmless rows stand for everyday traffic.</param>
    /// <param name="kinds">Kinds of harmless rows with bounds of their own; they can only raise a threshold.</param>
    /// <param name="sourceFactor">What of a single everyday source may be flagged, as a multiple of the bound on all of them; <see langword="null"/> for no bound by source.</param>
    /// <exception cref="DataException">There are no everyday harmless rows, or none of a kind.</exception>
    public static IReadOnlyList<CalibrationRecord> ForFalsePositives(
        IReadOnlyCollection<ScoredRow> rows, IReadOnlyList<CalibrationBound> bounds, BenignRule benign,
        IReadOnlyList<KindBound>? kinds = null, double? sourceFactor = null)
    {
        ScoredRow[] harmless = [.. rows.Where(r => !r.Positive && benign.Matches(r.Set, r.Source))];
        if (harmless.Length == 0)
            throw new DataException($"No everyday harmless rows to calibrate on: expected some in {benign}; {Kinds(rows)}.");
        float[] scores = Scores(harmless);
        float[] harmful = Scores(rows.Where(r => r.Positive));
        var scoresOf = (kinds ?? []).ToDictionary(k => k, k => ScoresOf(k, rows));
        return [.. bounds.Select(bound =>
        {
            var rate = bound.MaxFalsePositiveRate;
            var asked = new List<(KeptBound Bound, float[] Scores)>
            {
                (Asked(BoundRule.Conformal, rate, scores, ConformalThreshold.Of(scores, rate)), scores),
            };
            if (sourceFactor is { } factor)
                asked.AddRange(BySource(harmless, Math.Min(1, rate * factor)));
            foreach (var (kind, of) in scoresOf)
            {
                var share = Math.Min(1, rate * kind.Factor);
                asked.Add((Asked(BoundRule.Empirical, share, of, EmpiricalThreshold.Of(of, share)) with { Set = kind.Set, Source = kind.Source }, of));
            }

            var threshold = asked.Max(b => b.Bound.Threshold);
            return Record(bound, threshold, harmless, harmful) with
            {
                Bounds = [.. asked.Select(b => b.Bound with { Flagged = b.Scores.Count(s => s >= threshold) })],
            };
        })];
    }

    /// <summary>Response stage: for each policy, the threshold that keeps most complying answers at or above it, so that the
    /// stage spares requests that the model refuses by itself and little else.</summary>
    /// <param name="rows">Held-out rows; positive means that the answer complies.</param>
    /// <param name="policies">Policies that carry it.</param>
    /// <param name="maxMissed">Fraction of complying answers that may fall below, in (0, 1).</param>
    /// <exception cref="DataException">There are no complying answers.</exception>
    public static IReadOnlyList<CalibrationRecord> ForMisses(
        IReadOnlyCollection<ScoredRow> rows, IReadOnlyList<string> policies, double maxMissed = 0.01)
    {
        float[] complying = Scores(rows.Where(r => r.Positive));
        ScoredRow[] refusing = [.. rows.Where(r => !r.Positive)];
        if (complying.Length == 0)
            throw new DataException("No complying answers to calibrate the response stage on: expected validation rows that the model answers.");
        // The same theorem on mirrored scores: what falls below the threshold is what would be missed.
        var threshold = Math.Max(0, 1 - ConformalThreshold.Of([.. complying.Select(s => 1 - s)], maxMissed));
        var flagged = refusing.Count(r => r.Score >= threshold);
        var rate = refusing.Length == 0 ? 1 : (double)flagged / refusing.Length;
        return [.. policies.Select(policy => Record(new CalibrationBound(policy, rate), threshold, refusing, complying))];
    }

    private static IEnumerable<(KeptBound Bound, float[] Scores)> BySource(ScoredRow[] harmless, double share)
    {
        if (share >= 1)
            yield break;
        var needed = ConformalThreshold.RowsNeeded(share);
        var sources = harmless.GroupBy(r => r.Source, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).ToLookup(g => g.Count() >= needed);
        foreach (var source in sources[true])
            yield return Of(Scores(source), source.Key);
        // Together they may still be too few: then they say nothing, and the bound on all rows is what holds for them.
        if (Scores(sources[false].SelectMany(g => g)) is var others && others.Length >= needed)
            yield return Of(others, null);

        (KeptBound, float[]) Of(float[] scores, string? source) =>
            (Asked(BoundRule.Conformal, share, scores, ConformalThreshold.Of(scores, share)) with { Source = source }, scores);
    }

    private static CalibrationRecord Record(CalibrationBound bound, double threshold, ScoredRow[] negative, float[] positive) => new()
    {
        Policy = bound.Policy,
        MaxFalsePositiveRate = bound.MaxFalsePositiveRate,
        Threshold = threshold,
        HarmlessRows = negative.Length,
        Flagged = negative.Count(r => r.Score >= threshold),
        Recall = positive.Length == 0 ? 0 : (double)positive.Count(s => s >= threshold) / positive.Length,
        Sources = [.. negative.Select(r => r.Source).Distinct().Order(StringComparer.Ordinal)],
    };

    private static KeptBound Asked(BoundRule rule, double rate, float[] scores, double threshold) =>
        new() { Rule = rule, MaxFalsePositiveRate = rate, Rows = scores.Length, Threshold = threshold, Flagged = 0 };

    private static float[] ScoresOf(KindBound kind, IReadOnlyCollection<ScoredRow> rows) => Scores(rows.Where(kind.Matches)) is { Length: > 0 } scores
        ? scores
        : throw new DataException($"A bound is asked for on the {kind.Describe()}, which has no harmless held-out rows; {Kinds(rows)}.");

    private static string Kinds(IReadOnlyCollection<ScoredRow> rows)
    {
        var harmless = rows.Where(r => !r.Positive).Select(r => $"{r.Set}/{r.Source}").Distinct().Order(StringComparer.Ordinal).ToList();
        return harmless.Count == 0 ? "there are no harmless held-out rows at all" : $"those there are (set/source): {string.Join(", ", harmless)}";
    }

    private static float[] Scores(IEnumerable<ScoredRow> rows) => [.. rows.Select(r => r.Score)];
}
