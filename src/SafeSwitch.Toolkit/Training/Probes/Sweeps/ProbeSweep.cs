using SafeSwitch.Toolkit.Metrics;

namespace SafeSwitch.Toolkit.Training.Probes.Sweeps;

/// <summary>
/// Compares probe designs by sources that they never saw. A network that several ensembles share is trained once per fold;
/// rows of <c>test</c> are never looked at.
/// </summary>
public static class ProbeSweep
{
    /// <summary>Trains and measures.</summary>
    /// <returns>One row a design, in their order.</returns>
    /// <exception cref="ArgumentException">A design or its layers do not fit, or no everyday rows are there to set a threshold on.</exception>
    public static IReadOnlyList<SweepRow> Run(
        IProbeStates states, IReadOnlyList<ProbeDesign> designs, SweepOptions options,
        IProgress<ProbeTrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        int[] rows = [.. Enumerable.Range(0, states.Rows.Count).Where(i => states.Rows[i].Split is "train" or "validation")];
        if (!rows.Any(r => SweepMeasure.IsEveryday(states.Rows[r], options)))
            throw new ArgumentException($"No everyday harmless validation rows; looked in sets {string.Join(", ", options.Everyday.Sets)}.");

        var networks = Networks(designs);
        var figures = designs.Select(_ => new List<SweepFigure>()).ToArray();
        var areas = new double[designs.Count];
        foreach (var fold in options.Folds ?? EveryHarmfulSource(states))
        {
            var training = designs[0] with { Name = $"without {fold.Name}", Members = networks };
            var probe = ProbeTrainer.Train(
                states, training, options.Training,
                [.. rows.Where(r => states.Rows[r].Split == "train" && !fold.LeavesOut(states.Rows[r]))],
                [.. rows.Where(r => states.Rows[r].Split == "validation" && !fold.LeavesOut(states.Rows[r]))],
                progress, cancellationToken);
            var logOdds = probe.Members.Select(m => m.LogOdds(states, rows, options.Training.ThreadCount)).ToArray();
            for (var d = 0; d < designs.Count; d++)
            {
                var scores = TrainedProbe.Combine([.. Indices(designs[d], networks).Select(i => logOdds[i])], designs[d].Average);
                var measure = new SweepMeasure(states, rows, scores, fold, options);
                figures[d].AddRange(measure.Figures());
                if (fold.Sources.Count == 0)
                    areas[d] = measure.AreaUnderCurve();
            }
        }

        return [.. designs.Select((d, i) => new SweepRow(d, figures[i], areas[i]))];
    }

    private static List<SweepFold> EveryHarmfulSource(IProbeStates states) =>
    [
        SweepFold.Nothing,
        .. states.Rows.Where(r => r.Positive && r.Split != "test").Select(r => r.Source)
            .Distinct().Order(StringComparer.Ordinal).Select(s => new SweepFold(s, [s])),
    ];

    // Distinct designs, each with as many copies as any ensemble takes: an ensemble's copies are the first ones.
    private static List<ProbeMemberDesign> Networks(IReadOnlyList<ProbeDesign> designs) =>
        [.. designs.SelectMany(d => d.Members).GroupBy(Key).Select(g => g.MaxBy(m => m.Copies)!)];

    private static IEnumerable<int> Indices(ProbeDesign design, List<ProbeMemberDesign> networks)
    {
        foreach (var member in design.Members)
        {
            var first = networks.TakeWhile(n => Key(n) != Key(member)).Sum(n => n.Copies);
            for (var copy = 0; copy < member.Copies; copy++)
                yield return first + copy;
        }
    }

    private static string Key(ProbeMemberDesign member) =>
        $"{member with { Copies = 1 }} {string.Join(',', member.Layers)} {string.Join(',', member.HiddenOrUsual)} {member.Heads}";
}
