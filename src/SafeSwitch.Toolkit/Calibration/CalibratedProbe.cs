using SafeSwitch.Bundles;
using SafeSwitch.Monitoring;
using SafeSwitch.Toolkit.Metrics;
using SafeSwitch.Toolkit.Recipes;

namespace SafeSwitch.Toolkit.Calibration;

/// <summary>A probe with thresholds.</summary>
/// <param name="Description">The probe as the manifest names it.</param>
/// <param name="Metrics">Figures on the validation rows, for provenance.</param>
internal sealed record CalibratedProbe(ProbeDescription Description, IReadOnlyDictionary<string, double> Metrics)
{
    /// <summary>Chooses the thresholds of a probe.</summary>
    /// <param name="probe">The probe.</param>
    /// <param name="rows">Its scores of held-out rows.</param>
    /// <param name="calibration">What is asked for.</param>
    /// <exception cref="Data.DataException">There are no rows of a kind that a bound is on.</exception>
    public static CalibratedProbe Of(ProbeDescription probe, IReadOnlyList<ScoredRow> rows, RecipeCalibration calibration)
    {
        var calibrated = probe with
        {
            Calibration = probe.Stage == MonitorStage.Prompt
                ? Calibrator.ForFalsePositives(rows, calibration.Bounds, calibration.Everyday, KindBound.Of(calibration.SetBounds, calibration.SourceBounds))
                : Calibrator.ForMisses(rows, [.. calibration.Bounds.Select(b => b.Policy)], calibration.MaxMissedResponses),
        };
        return new CalibratedProbe(calibrated, Measure(calibrated, rows, calibration.DefaultPolicy));
    }

    /// <summary>The threshold of a policy.</summary>
    public double ThresholdOf(string policy) => Description.Calibration.First(c => c.Policy == policy).Threshold;

    private static Dictionary<string, double> Measure(ProbeDescription probe, IReadOnlyList<ScoredRow> rows, string policy)
    {
        var metrics = new Dictionary<string, double>();
        if (rows.Any(r => r.Positive) && rows.Any(r => !r.Positive))
            metrics[$"{probe.Name}.auroc"] = Math.Round(RocCurve.Of([.. rows.Select(r => r.Score)], [.. rows.Select(r => r.Positive)]).AreaUnderCurve, 4);
        var threshold = probe.Calibration.First(c => c.Policy == policy).Threshold;
        foreach (var group in rows.GroupBy(r => (r.Set, r.Positive)).OrderBy(g => g.Key.Set, StringComparer.Ordinal).ThenBy(g => g.Key.Positive))
        {
            var name = group.Key.Positive ? "recall" : "flagged";
            metrics[$"{probe.Name}.{name}.{group.Key.Set}"] = Math.Round(group.Average(r => r.Score >= threshold ? 1.0 : 0), 4);
        }

        return metrics;
    }
}
