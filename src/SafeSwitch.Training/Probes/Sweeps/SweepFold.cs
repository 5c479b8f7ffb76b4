using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Thresholds;

namespace SafeSwitch.Training.Probes.Sweeps;

/// <summary>Sources that a training does not see, so that its figures on them show what an unknown source would.</summary>
/// <param name="Name">Name of the family.</param>
/// <param name="Sources">Their rows, of both labels and in every set, are left out of training and early stopping.</param>
public sealed record SweepFold(string Name, IReadOnlyList<string> Sources)
{
    /// <summary>Nothing left out: figures on kinds of prompts (wrapped, long) rather than sources.</summary>
    public static SweepFold Nothing { get; } = new("nothing", []);

    internal bool LeavesOut(ProbeRow row) => Sources.Contains(row.Source);

    /// <summary>Nothing, then every source that has enough harmful rows and without which both splits keep both labels.</summary>
    internal static List<SweepFold> EveryHarmfulSource(IProbeStates states, int rows)
    {
        var sources = states.Rows
            .Where(r => r.Positive && r.Split != DataSplits.Test)
            .GroupBy(r => r.Source, StringComparer.Ordinal)
            .ToList();
        return
        [
            Nothing,
            .. sources.Where(s => s.Count() >= rows && LeavesBoth(states, s.Key)).Select(s => s.Key)
                .Order(StringComparer.Ordinal).Select(s => new SweepFold(s, [s])),
        ];
    }

    private static bool LeavesBoth(IProbeStates states, string source) => states.Rows
        .Where(r => r.Source != source && r.Split != DataSplits.Test)
        .Select(r => (r.Split, r.Positive)).Distinct().Count() == 4;
}

/// <summary>
/// The bound on false positives that figures are taken at. Few everyday rows can't show a small one: nothing would be flagged,
/// every design would find nothing, and a sweep would choose by chance.
/// </summary>
internal static class ReachableBound
{
    /// <summary>The wanted bound, or the smallest in tenths of a percent that the everyday rows of every fold can show.</summary>
    public static double Of(IProbeStates states, BenignRule benign, int rowsPerFold, double wanted)
    {
        var fewest = SweepFold.EveryHarmfulSource(states, rowsPerFold).Min(fold => states.Rows.Count(r =>
            !r.Positive && r.Split == DataSplits.Validation && benign.Matches(r.Set, r.Source) && !fold.LeavesOut(r)));
        return fewest >= ConformalThreshold.RowsNeeded(wanted) ? wanted : Math.Min(0.5, Math.Ceiling(1000.0 / (fewest + 1)) / 1000);
    }
}
