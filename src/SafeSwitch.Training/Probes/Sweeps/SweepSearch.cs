using SafeSwitch.Policies;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Probes.Sweeps;

/// <summary>Carries out a plan: trains its networks, grows ensembles of unlike ones, and chooses.</summary>
internal static class SweepSearch
{
    /// <summary>Mean recalls this close count as equal: the smaller design is then the better one.</summary>
    public const double Tie = 0.005;

    /// <summary>The rule of <see cref="Choose"/>, for people.</summary>
    public const string Rule = "the highest mean recall on sources left out of training, at the threshold that everyday sources set; of designs within half a point of it, the one of fewest networks";

    public static SweepResult Run(
        ProbeSweep sweep, SweepPlan plan, string name, MonitorStage stage, IReadOnlyList<string> collected,
        IProgress<BuildProgress>? progress, CancellationToken cancellationToken)
    {
        var (networks, designs) = Designs(plan, name, stage, collected);
        List<SweepRow> rows = [.. sweep.Run(designs, progress, cancellationToken)];
        var ensembles = Grow(sweep, [.. rows.Take(networks)], plan.EnsembleNetworks, members => new ProbeDesign { Name = name, Stage = stage, Members = members });
        rows.AddRange(sweep.Run(ensembles, progress: null, cancellationToken));
        return new SweepResult(rows, Choose(rows), sweep.Folds);
    }

    /// <summary>What a plan compares: its networks, each by itself and first, then its designs. Ensembles that are grown need no further network.</summary>
    public static (int Networks, IReadOnlyList<ProbeDesign> Designs) Designs(SweepPlan plan, string name, MonitorStage stage, IReadOnlyList<string> collected)
    {
        List<ProbeDesign> networks = [.. plan.Networks(collected).Select(n => new ProbeDesign { Name = name, Stage = stage, Members = [n] })];
        List<ProbeDesign> designs = [.. networks, .. plan.Designs.Select(d => d with { Name = name, Stage = stage })];
        return designs.Count > 0 ? (networks.Count, designs) : throw new ArgumentException("The sweep has no designs: expected layers and poolings, or designs.");
    }

    /// <summary>The highest mean recall; among those as good, the fewest networks.</summary>
    public static SweepRow Choose(IReadOnlyList<SweepRow> rows)
    {
        var best = rows.Max(r => r.MeanRecall.Value);
        return rows.Where(r => r.MeanRecall.Value >= best - Tie)
            .OrderBy(r => r.Networks).ThenByDescending(r => r.MeanRecall.Value).ThenByDescending(r => r.MeanAreaUnderCurve.Value).First();
    }

    // From the best network on, the network of another pooling that helps most, as long as one helps. Their scores are known,
    // so that trying an ensemble costs no training.
    private static List<ProbeDesign> Grow(
        ProbeSweep sweep, List<SweepRow> singles, int most, Func<ProbeMemberDesign[], ProbeDesign> design)
    {
        List<ProbeDesign> grown = [];
        if (singles.Count == 0)
            return grown;
        var current = singles.MaxBy(r => r.MeanRecall.Value)!;
        var (members, recall) = (current.Design.Members.ToArray(), current.MeanRecall.Value);
        while (members.Length < most)
        {
            var candidates = singles.Select(r => r.Design.Members[0])
                .Where(m => members.All(k => k.Pooling != m.Pooling))
                .Select(m => design([.. members, m]))
                .Select(d => (Design: d, Recall: sweep.Recall(d)))
                .ToList();
            if (candidates.Count == 0 || candidates.MaxBy(c => c.Recall) is var best && best.Recall < recall + Tie)
                break;
            (members, recall) = ([.. best.Design.Members], best.Recall);
            grown.Add(best.Design);
        }

        return grown;
    }
}
