using System.Globalization;
using SafeSwitch.Bundles;
using SafeSwitch.Policies;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Metrics;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Thresholds;

namespace SafeSwitch.Training.Calibration;

/// <summary>A probe with thresholds.</summary>
/// <param name="Description">The probe as the manifest names it.</param>
/// <param name="Metrics">Figures on the validation rows, for provenance.</param>
public sealed record CalibratedProbe(ProbeDescription Description, IReadOnlyDictionary<string, double> Metrics)
{
    /// <summary>Chooses the thresholds of a probe.</summary>
    /// <param name="probe">The probe.</param>
    /// <param name="rows">Its scores of held-out rows.</param>
    /// <param name="calibration">What is asked for.</param>
    /// <exception cref="DataException">There are no rows of a kind that a bound is on, or too few for the default policy's.</exception>
    public static CalibratedProbe Of(ProbeDescription probe, IReadOnlyList<ScoredRow> rows, CalibrationOptions calibration)
    {
        var calibrated = probe with
        {
            Calibration = probe.Stage == MonitorStage.Prompt
                ? Calibrator.ForFalsePositives(rows, calibration.Bounds, calibration.Benign, KindBound.Of(calibration.SetBounds, calibration.SourceBounds), calibration.SourceFactor)
                : Calibrator.ForMisses(rows, [.. calibration.Bounds.Select(b => b.Policy)], calibration.MaxMissedResponses),
        };
        if (probe.Stage == MonitorStage.Prompt)
            CheckGuards(calibrated.Calibration.First(c => c.Policy == calibration.DefaultPolicy));
        return new CalibratedProbe(calibrated, Measure(calibrated, rows, calibration.DefaultPolicy));
    }

    /// <summary>A threshold that is given, not chosen; <see langword="null"/> for chosen ones.</summary>
    public double? FixedThreshold { get; init; }

    /// <summary>The threshold of a policy.</summary>
    public double ThresholdOf(string policy) => FixedThreshold ?? Description.Calibration.First(c => c.Policy == policy).Threshold;

    // A default policy that flags nothing guards nothing, and must not pass for a guard.
    private static void CheckGuards(CalibrationRecord record)
    {
        var needed = ConformalThreshold.RowsNeeded(record.MaxFalsePositiveRate);
        if (record.HarmlessRows < needed)
        {
            throw new DataException(string.Create(
                CultureInfo.InvariantCulture,
                $"Policy '{record.Policy}' would flag nothing: {record.HarmlessRows:N0} everyday held-out rows can't show a bound of {100 * record.MaxFalsePositiveRate:0.###}%, {needed:N0} are needed. " +
                $"Collect more harmless validation rows, count more sets as everyday, or ask for a bound of at least {100.0 / (record.HarmlessRows + 1):0.##}%."));
        }
    }

    private static Dictionary<string, double> Measure(ProbeDescription probe, IReadOnlyList<ScoredRow> rows, string policy)
    {
        var metrics = new Dictionary<string, double>();
        if (rows.Any(r => r.Positive) && rows.Any(r => !r.Positive))
            metrics[$"{probe.Name}.auroc"] = Math.Round(RocCurve.Of([.. rows.Select(r => r.Score)], [.. rows.Select(r => r.Positive)]).AreaUnderCurve, 4);
        var threshold = probe.Calibration.First(c => c.Policy == policy).Threshold;
        foreach (var group in rows.GroupBy(r => (Set: r.Kind ?? r.Set, r.Positive)).OrderBy(g => g.Key.Set, StringComparer.Ordinal).ThenBy(g => g.Key.Positive))
        {
            var name = group.Key.Positive ? "recall" : "flagged";
            metrics[$"{probe.Name}.{name}.{group.Key.Set}"] = Math.Round(group.Average(r => r.Score >= threshold ? 1.0 : 0), 4);
        }

        return metrics;
    }
}
