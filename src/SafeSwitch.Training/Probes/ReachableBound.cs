using SafeSwitch.Training.Probes.Sweeps;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Thresholds;

namespace SafeSwitch.Training.Probes;

/// <summary>
/// The bound on false positives that figures are taken at. Few everyday rows can't show a small one: nothing would be flagged,
/// every design would find nothing, and a sweep would choose by chance.
/// </summary>
internal static class ReachableBound
{
    /// <summary>The wanted bound, or the smallest in tenths of a percent that the everyday rows of every fold can show.</summary>
    public static double Of(IProbeStates states, EverydayRule everyday, int rowsPerFold, double wanted)
    {
        var fewest = SweepFold.EveryHarmfulSource(states, rowsPerFold).Min(fold => states.Rows.Count(r =>
            !r.Positive && r.Split == DataSplits.Validation && everyday.Matches(r.Set, r.Source) && !fold.LeavesOut(r)));
        return fewest >= ConformalThreshold.RowsNeeded(wanted) ? wanted : Math.Min(0.5, Math.Ceiling(1000.0 / (fewest + 1)) / 1000);
    }
}
