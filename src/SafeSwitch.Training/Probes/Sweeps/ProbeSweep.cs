using SafeSwitch.Settings;
using SafeSwitch.Training.Metrics;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Probes.Sweeps;

/// <summary>
/// Compares probe designs by sources that they never saw. A network that several ensembles share is trained once per fold;
/// rows of <c>test</c> are never looked at.
/// </summary>
internal sealed class ProbeSweep
{
    private const int Resamples = 200;

    private readonly IProbeStates states;
    private readonly SweepOptions options;
    private readonly int[] rows;
    private readonly int[] kinds;
    private readonly SweepScores scores;

    /// <summary>A sweep over some states.</summary>
    /// <exception cref="ArgumentException">No everyday rows are there to set a threshold on, or sources can't be left out as the options say.</exception>
    public ProbeSweep(IProbeStates states, SweepOptions options)
    {
        DeclaredRanges.ThrowIfInvalid(options);
        this.states = HeldOutStates.Of(states, options.Training.Seed);
        this.options = options;
        rows = [.. Enumerable.Range(0, this.states.Rows.Count).Where(i => this.states.Rows[i].Split is DataSplits.Train or DataSplits.Validation)];
        if (!rows.Any(r => SweepMeasure.IsBenign(this.states.Rows[r], options)))
            throw new ArgumentException($"No everyday harmless validation rows; looked in {options.Benign}.");
        // Resamples keep the number of everyday rows and of every harmful source's.
        var sources = rows.Select(r => this.states.Rows[r].Source).Distinct().ToList();
        kinds = [.. rows.Select(r => this.states.Rows[r])
            .Select(r => r.Positive ? 1 + sources.IndexOf(r.Source) : SweepMeasure.IsBenign(r, options) ? 0 : -1)];
        Folds = options.CrossFit is { } crossFit ? [SweepFold.Nothing, .. SweepFold.Deal(this.states.Rows, crossFit)]
            : options.Folds ?? SweepFold.EveryHarmfulSource(this.states, options.RowsPerFold);
        scores = SweepScores.For(this.states, rows, options);
    }

    /// <summary>What is left out, one at a time.</summary>
    public IReadOnlyList<SweepFold> Folds { get; }

    /// <summary>Trains and measures.</summary>
    /// <returns>One row a design, in their order.</returns>
    /// <exception cref="ArgumentException">A design or its layers do not fit, or a fold leaves one class only.</exception>
    public IReadOnlyList<SweepRow> Run(
        IReadOnlyList<ProbeDesign> designs, IProgress<BuildProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        TrainPart(designs, (1, 1), progress, cancellationToken);
        return [.. designs.AsParallel().AsOrdered().WithDegreeOfParallelism(options.Training.ThreadCount).Select(Measure)];
    }

    /// <summary>Trains a part of the networks and measures nothing.</summary>
    /// <returns>Networks that are trained now, by all parts whose scores are in the same folder, and all that there are.</returns>
    /// <exception cref="ArgumentException">A design or its layers do not fit, or a fold leaves one class only.</exception>
    public (int Done, int Of) TrainPart(IReadOnlyList<ProbeDesign> designs, (int Part, int Of) part, IProgress<BuildProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        foreach (var design in designs)
            ProbeTrainer.Check(states, design);
        // Distinct designs, each with as many copies as any ensemble takes: an ensemble's copies are the first ones.
        var networks = designs.SelectMany(d => d.Members).GroupBy(Key).Select(g => g.MaxBy(m => m.Copies)!);
        return new SweepTrainer(states, rows, Folds, options.Training, scores).Train(networks, part, progress, cancellationToken);
    }

    /// <summary>Mean recall of a design whose networks are trained.</summary>
    internal double Recall(ProbeDesign design) => options.CrossFit is null
        ? LeftOut(Measures(design)).Average(m => m.Measure.Recall().Value)
        : LeftOutFigures.Of(Unseen(design), options.MaxFalsePositiveRate, options.SourceFactor).MeanRecall.Value;

    private SweepRow Measure(ProbeDesign design) => options.CrossFit is null ? MeasureHarmful(design) : MeasureBoth(design);

    // One threshold for all: what a host meets is a probe with its threshold, and sources that neither knows.
    private SweepRow MeasureBoth(ProbeDesign design)
    {
        var scored = Unseen(design);
        var figures = LeftOutFigures.Of(scored, options.MaxFalsePositiveRate, options.SourceFactor);
        var known = Measure(design, SweepFold.Nothing);
        var harmful = scored.Rows.Where(r => r is { Positive: true, Plain: true }).Select(r => r.Family).Distinct(StringComparer.Ordinal).ToList();
        var rankings = harmful.Select(source => new ScoreRanking(scored.Rows.Index()
            .Where(r => r.Item.Plain && (r.Item.Positive ? r.Item.Family == source : scored.IsBenign(r.Index)))
            .Select(r => (r.Index, scored.Scores[r.Index], r.Item.Positive)))).ToList();
        int[] groups = [.. scored.Rows.Index().Select(r => !r.Item.Plain ? -1 : r.Item.Positive ? 1 + harmful.IndexOf(r.Item.Family) : scored.IsBenign(r.Index) ? 0 : -1)];
        return new SweepRow
        {
            Design = design,
            MeanRecall = figures.MeanRecall,
            MeanAreaUnderCurve = Bootstrap.OfDraws(groups, draws => rankings.Average(r => r.AreaUnderCurve(draws)), Resamples),
            LeftOut = [.. figures.Sources.Where(f => f.Positive).Select(f => new SweepFigure(f.Kind, "all", Harmful: true, f.Flagged))],
            Figures = [.. known.Figures()],
            AreaUnderCurve = known.AreaUnderCurve(),
            Unseen = figures,
        };
    }

    private ScoredRows Unseen(ProbeDesign design) => CrossFit.Unseen(
        states, rows, [.. Folds.Where(f => f.Sources.Count > 0)], fold => LogOdds(design, fold), design.Average, options.Benign);

    private SweepRow MeasureHarmful(ProbeDesign design)
    {
        var measures = Measures(design);
        var leftOut = LeftOut(measures);
        return new SweepRow
        {
            Design = design,
            MeanRecall = Bootstrap.OfDraws(
                kinds, draws => leftOut.Average(m => m.Measure.Ranking.RecallAt(options.MaxFalsePositiveRate, draws)), Resamples),
            MeanAreaUnderCurve = Bootstrap.OfDraws(
                kinds, draws => leftOut.Average(m => m.Measure.Ranking.AreaUnderCurve(draws)), Resamples),
            LeftOut = [.. leftOut.Select(m => new SweepFigure(m.Fold.Name, "all", Harmful: true, m.Measure.Recall()))],
            Figures = [.. measures.SelectMany(m => m.Measure.Figures())],
            AreaUnderCurve = measures.Where(m => m.Fold.Sources.Count == 0).Select(m => (double?)m.Measure.AreaUnderCurve()).FirstOrDefault(),
        };
    }

    private List<(SweepFold Fold, SweepMeasure Measure)> Measures(ProbeDesign design) => [.. Folds.Select(fold => (fold, Measure(design, fold)))];

    private SweepMeasure Measure(ProbeDesign design, SweepFold fold) =>
        new(states, rows, TrainedProbe.Combine([.. LogOdds(design, fold)], design.Average), fold, options);

    private IEnumerable<float[]> LogOdds(ProbeDesign design, SweepFold fold) =>
        design.Members.SelectMany(m => Enumerable.Range(0, m.Copies).Select(c => scores.Of(fold, m, c)));

    private static List<(SweepFold Fold, SweepMeasure Measure)> LeftOut(List<(SweepFold Fold, SweepMeasure Measure)> measures) =>
        measures.Exists(m => m.Fold.Sources.Count > 0) ? measures.FindAll(m => m.Fold.Sources.Count > 0) : measures;

    private static string Key(ProbeMemberDesign member) =>
        $"{member with { Copies = 1 }} {string.Join(',', member.Layers)} {string.Join(',', member.HiddenOrDefault)} {member.Heads}";
}
