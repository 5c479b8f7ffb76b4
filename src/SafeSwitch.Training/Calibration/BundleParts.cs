using SafeSwitch.Bundles;
using SafeSwitch.Policies;
using SafeSwitch.Training.Adapters;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Calibration;

/// <summary>Everything that <c>safeswitch.json</c> puts together.</summary>
internal sealed record BundleParts
{
    /// <summary>The decoder.</summary>
    public required DecoderDescription Decoder { get; init; }

    /// <summary>The probes; that of the prompt stage first.</summary>
    public required IReadOnlyList<CalibratedProbe> Probes { get; init; }

    /// <summary>The refusal adapter.</summary>
    public required AdapterRecord Adapter { get; init; }

    /// <summary>What the thresholds were chosen for.</summary>
    public required CalibrationOptions Calibration { get; init; }

    /// <summary>The seed that training went by.</summary>
    public required int Seed { get; init; }

    /// <summary>The data sets that the states are of.</summary>
    public required IReadOnlyList<DataSetRecord> DataSets { get; init; }

    /// <summary>Writes <c>safeswitch.json</c>; the folder is a bundle from then on.</summary>
    /// <param name="folder">The folder of the parts.</param>
    /// <exception cref="BundleException">The parts don't fit together.</exception>
    public Bundle WriteTo(string folder)
    {
        Bundle.Write(folder, new BundleManifest
        {
            Schema = BundleManifest.CurrentSchema,
            Decoder = Decoder,
            Files = FileDigest.OfFolder(folder),
            Probes = [.. Probes.Select(p => p.Description)],
            Adapters = [Adapter.Description],
            Policies = Calibration.Bounds.ToDictionary(b => b.Policy, Policy),
            DefaultPolicy = Calibration.DefaultPolicy,
            Provenance = new Provenance { Tool = ToolVersion.Text, Seed = Seed, DataSets = DataSets, Metrics = Metrics() },
        });
        return Bundle.Open(folder);
    }

    private SafetyPolicy Policy(CalibrationBound bound)
    {
        var policy = bound.Policy;
        var carried = new SafetyPolicy { Stages = Calibration.Stages, PilotTokens = Calibration.PilotTokens, OutOfDistribution = bound.OutOfDistribution };
        foreach (var probe in Probes)
        {
            if (probe.Description.Stage == MonitorStage.Prompt)
                carried.PromptThreshold = probe.ThresholdOf(policy);
            else
                carried.ResponseThreshold = probe.ThresholdOf(policy);
        }

        return carried;
    }

    private Dictionary<string, double> Metrics()
    {
        var metrics = Probes.SelectMany(p => p.Metrics).ToDictionary();
        var (report, quality) = (Adapter.Report, Adapter.Quality);
        metrics["adapter.top1.base"] = Math.Round(report.BaseTop1, 4);
        metrics["adapter.top1.adapted"] = Math.Round(report.AdaptedTop1, 4);
        metrics["adapter.train_tokens"] = report.TrainTokens;
        metrics["adapter.held_out_tokens"] = report.HeldOutTokens;
        metrics["adapter.checked_answers"] = quality.Answers;
        metrics["adapter.refused"] = Share(quality.Refused);
        metrics["adapter.fluent"] = Share(quality.Fluent);
        if (quality.NamedTopic is { } named)
            metrics["adapter.names_topic"] = Share(named);
        // A share of nothing is not a number, and JSON has no name for it.
        return metrics.Where(m => double.IsFinite(m.Value)).ToDictionary();

        double Share(int count) => quality.Answers == 0 ? 0 : Math.Round((double)count / quality.Answers, 4);
    }
}
