using SafeSwitch.Training.Metrics;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Thresholds;

namespace SafeSwitch.Training.Probes.Sweeps;

/// <summary>Figures of one design in one fold, at the threshold that keeps the bound on everyday validation rows.</summary>
internal sealed class SweepMeasure
{
    private readonly (ProbeRow Row, float Score)[] scored;
    private readonly SweepFold fold;
    private readonly SweepOptions options;
    private readonly double threshold;

    public SweepMeasure(IProbeStates states, IReadOnlyList<int> rows, float[] scores, SweepFold fold, SweepOptions options)
    {
        this.fold = fold;
        this.options = options;
        scored = [.. rows.Select((r, i) => (states.Rows[r], scores[i]))];
        threshold = ConformalThreshold.Of(
            [.. scored.Where(s => IsBenign(s.Row) && !fold.LeavesOut(s.Row)).Select(s => s.Score)], options.MaxFalsePositiveRate);
        Ranking = new ScoreRanking(scored.Index()
            .Where(s => s.Item.Row.Positive ? IsMeasured(s.Item.Row) : IsBenign(s.Item.Row) && !fold.LeavesOut(s.Item.Row))
            .Select(s => (s.Index, s.Item.Score, s.Item.Row.Positive)));
    }

    /// <summary>The harmful rows that are measured among the everyday ones.</summary>
    public ScoreRanking Ranking { get; }

    public static bool IsBenign(ProbeRow row, SweepOptions options) =>
        !row.Positive && row.Split == DataSplits.Validation && options.Benign.Matches(row.Set, row.Source);

    public double AreaUnderCurve()
    {
        var validation = scored.Where(s => s.Row.Split == DataSplits.Validation).ToArray();
        return RocCurve.Of([.. validation.Select(s => s.Score)], [.. validation.Select(s => s.Row.Positive)]).AreaUnderCurve;
    }

    /// <summary>Left-out harmful rows that are flagged; with nothing left out, validation rows.</summary>
    public Proportion Recall() => Proportion.Of(scored.Where(s => s.Row.Positive && IsMeasured(s.Row)).Select(s => s.Score >= threshold));

    /// <summary>Left-out rows by set and label; with nothing left out, validation rows by set and label.</summary>
    public IEnumerable<SweepFigure> Figures() => scored
        .Where(s => IsMeasured(s.Row))
        .GroupBy(s => (s.Row.Set, Kind: fold.Sources.Count == 0 && !s.Row.Positive && options.Benign.ExceptSources.Contains(s.Row.Source)
            ? s.Row.Source : "", s.Row.Positive))
        .OrderBy(g => !g.Key.Positive).ThenBy(g => g.Key.Set, StringComparer.Ordinal).ThenBy(g => g.Key.Kind, StringComparer.Ordinal)
        .Select(g => new SweepFigure(
            fold.Name, g.Key.Kind.Length > 0 ? $"{g.Key.Set}/{g.Key.Kind}" : g.Key.Set, g.Key.Positive,
            Proportion.Of(g.Select(s => s.Score >= threshold))));

    private bool IsBenign(ProbeRow row) => IsBenign(row, options);

    private bool IsMeasured(ProbeRow row) => fold.Sources.Count == 0 ? row.Split == DataSplits.Validation : fold.LeavesOut(row);
}
