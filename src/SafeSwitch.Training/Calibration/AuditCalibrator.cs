using System.ComponentModel.DataAnnotations;
using System.Globalization;
using SafeSwitch.Auditing;
using SafeSwitch.Bundles;
using SafeSwitch.Policies;
using SafeSwitch.Settings;
using SafeSwitch.Training.Metrics;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Thresholds;

namespace SafeSwitch.Training.Calibration;

/// <summary>How a threshold is chosen on a host's own traffic.</summary>
public sealed record AuditCalibrationOptions
{
    /// <summary>Share of the host's harmless requests that may be flagged, in (0, 1).</summary>
    /// <value>1%.</value>
    [Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double MaxFalsePositiveRate { get; init; } = 0.01;

    /// <summary>Share of the requests that is harmful, at most: so many of the highest scores are taken for theirs. 0 assumes nothing:
    /// harmful requests among the rows then only raise the threshold, and the bound holds whatever they are.</summary>
    /// <value>0.</value>
    [Range(0.0, 0.5)]
    public double HarmfulShare { get; init; }
}

/// <summary>
/// Chooses a threshold on the scores that a bundle's prompt probe gave a host's own requests. With n scores exchangeable with those to
/// come, a harmless request is flagged with probability at most the bound (see <see cref="ConformalThreshold"/>), as long as nearly all
/// of the requests are harmless: those that are not take places at the top, and the threshold can only be higher for them.
/// </summary>
public static class AuditCalibrator
{
    /// <summary>Chooses it.</summary>
    /// <param name="records">The audit; records without a prompt score, or of a monitor that failed, don't count.</param>
    /// <param name="bundle">The bundle that gave the scores.</param>
    /// <param name="options">What is asked for.</param>
    /// <exception cref="SettingsException">The options can't be used.</exception>
    /// <exception cref="DataException">The audit is of another bundle, or has too few scores for the bound.</exception>
    public static AuditThreshold Calibrate(IEnumerable<AuditRecord> records, Bundle bundle, AuditCalibrationOptions options)
    {
        ArgumentNullException.ThrowIfNull(records);
        ArgumentNullException.ThrowIfNull(bundle);
        DeclaredRanges.ThrowIfInvalid(options);
        var all = records.ToList();
        var own = all.Where(r => r.Bundle == bundle.Digest).ToList();
        if (own.Count == 0)
        {
            var others = all.Select(r => r.Bundle).Distinct().ToList();
            throw new DataException(others.Count == 0
                ? "The audit has no record, expected some of this bundle."
                : $"The audit is of {(others.Count == 1 ? $"the bundle {others[0]}" : $"{others.Count} other bundles")}, expected {bundle.Digest}, the SHA-256 of '{bundle.Folder}/{Bundle.ManifestFile}'. Thresholds of one bundle mean nothing for another: observe with this one.");
        }

        float[] scores = [.. own.Where(r => r is { PromptScore: not null, MonitorFailed: false }).OrderBy(r => r.Time).Select(r => r.PromptScore!.Value)];
        var needed = ConformalThreshold.RowsNeeded(options.MaxFalsePositiveRate);
        if (scores.Length < needed)
        {
            throw new DataException(string.Create(
                CultureInfo.InvariantCulture,
                $"The audit has {scores.Length:N0} scored requests of this bundle, and {needed:N0} are needed to show a bound of {100 * options.MaxFalsePositiveRate:0.###}%: observe for longer, or ask for at least {100.0 / (scores.Length + 1):0.##}%."));
        }

        // What is taken for harmful goes from the top; the rest is what the bound is about.
        var harmful = (int)Math.Floor(scores.Length * options.HarmfulShare + 1e-9);
        float[] harmless = [.. scores.Order().Take(scores.Length - harmful)];
        var threshold = ConformalThreshold.Of(harmless, options.MaxFalsePositiveRate);
        var probe = bundle.Manifest.Probes.First(p => p.Stage == MonitorStage.Prompt);
        var half = scores.Length / 2;
        return new AuditThreshold
        {
            Threshold = threshold,
            MaxFalsePositiveRate = options.MaxFalsePositiveRate,
            HarmfulShare = options.HarmfulShare,
            Requests = scores.Length,
            OtherRecords = all.Count - scores.Length,
            Flagged = Proportion.Of(scores.Select(s => s >= threshold)),
            FlaggedByPolicy = bundle.Manifest.Policies.ToDictionary(p => p.Key, p => Proportion.Of(scores.Select(s => s >= p.Value.PromptThreshold)), StringComparer.Ordinal),
            Recall = Recall(Path.Combine(bundle.Folder, SourceScores.FileOf(probe.Name)), threshold),
            Drift = TwoSamples.Of(scores[..half], scores[half..]),
        };
    }

    // What a threshold does to harmful requests can't be seen in the audit, whose labels nobody knows: the bundle's own held-out rows show it.
    private static IReadOnlyList<SourceFigure> Recall(string path, double threshold) => !File.Exists(path) ? [] :
    [
        .. SourceScores.Read(path).Where(r => r.Positive).GroupBy(r => r.Kind ?? r.Source, StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new SourceFigure(g.Key, Positive: true, Proportion.Of(g.Select(r => r.Score >= threshold)))),
    ];
}

/// <summary>A threshold for a host's own traffic, and what it does.</summary>
public sealed record AuditThreshold
{
    /// <summary>Prompt scores at or above it are acted on; in (0, 1].</summary>
    public required double Threshold { get; init; }

    /// <summary>The bound, in (0, 1).</summary>
    public required double MaxFalsePositiveRate { get; init; }

    /// <summary>Share of the requests that was taken for harmful, in [0, 0.5].</summary>
    public required double HarmfulShare { get; init; }

    /// <summary>Scored requests of this bundle.</summary>
    public required int Requests { get; init; }

    /// <summary>Records that did not count: of another bundle, not scored, or of a monitor that failed.</summary>
    public required int OtherRecords { get; init; }

    /// <summary>Requests of the audit at or above the threshold, harmful ones among them.</summary>
    public required Proportion Flagged { get; init; }

    /// <summary>Requests of the audit at or above the prompt threshold of each of the bundle's policies.</summary>
    public required IReadOnlyDictionary<string, Proportion> FlaggedByPolicy { get; init; }

    /// <summary>What the threshold finds of the bundle's harmful rows, each scored by networks that did not see its source; empty if the
    /// bundle carries no such scores.</summary>
    public required IReadOnlyList<SourceFigure> Recall { get; init; }

    /// <summary>The earlier half of the audit against the later: a threshold holds for traffic that stays as it was.</summary>
    public required TwoSamples Drift { get; init; }

    /// <summary>Mean of <see cref="Recall"/> over its kinds; NaN if there are none.</summary>
    public double MeanRecall => Recall.Count == 0 ? double.NaN : Recall.Average(r => r.Flagged.Value);
}
