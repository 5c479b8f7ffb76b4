using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Thresholds;

namespace SafeSwitch.Training.Probes.Sweeps;

/// <summary>
/// What a design says of every source while it was left out of training: the figures that a host with requests of its own kind may
/// expect, and the scores that thresholds are set on. The probe that ships has learned from all sources, so its scores of them flatter it.
/// </summary>
internal static class CrossFit
{
    /// <summary>Scores of the train and validation rows, each by an ensemble that saw neither its source nor its collection of wrappers.</summary>
    /// <exception cref="ArgumentException">There are too few sources to leave some out.</exception>
    public static ScoredRows Of(
        IProbeStates states, ProbeRecipe probe, SweepOptions options, IProgress<BuildProgress>? progress, CancellationToken cancellationToken)
    {
        var folds = SweepFold.Deal(states.Rows, probe.CrossFit!);
        int[] rows = [.. states.Rows.Index().Where(r => r.Item.Split is DataSplits.Train or DataSplits.Validation).Select(r => r.Index)];
        var members = probe.Design.Members.Select(m => m with { Copies = Math.Min(m.Copies, probe.CrossFit!.Copies ?? m.Copies) }).ToList();
        var scores = SweepScores.For(states, rows, options);
        new SweepTrainer(states, rows, folds, options.Training, scores).Train(members, progress, cancellationToken);

        return Unseen(states, rows, folds, fold => members.SelectMany(m => Enumerable.Range(0, m.Copies).Select(c => scores.Of(fold, m, c))), probe.Design.Average, options.Benign);
    }

    /// <summary>Of every row the score of the networks that saw neither its source nor its wrappers.</summary>
    public static ScoredRows Unseen(
        IProbeStates states, int[] rows, IReadOnlyList<SweepFold> folds, Func<SweepFold, IEnumerable<float[]>> logOdds, EnsembleAverage average, BenignRule benign)
    {
        var kept = new float[rows.Length];
        foreach (var fold in folds)
        {
            var combined = TrainedProbe.Combine([.. logOdds(fold)], average);
            foreach (var (index, row) in rows.Index())
            {
                if (fold.Sources.Contains(states.Rows[row].Family))
                    kept[index] = combined[index];
            }
        }

        return new ScoredRows([.. rows.Select(r => states.Rows[r])], kept, benign);
    }
}
