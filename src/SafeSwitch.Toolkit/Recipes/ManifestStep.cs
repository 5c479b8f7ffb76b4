using SafeSwitch.Bundles;
using SafeSwitch.Monitoring;
using SafeSwitch.Toolkit.Data;
using SafeSwitch.Toolkit.Instrumentation;

namespace SafeSwitch.Toolkit.Recipes;

/// <summary>The bundle's own graphs, which export only what its probes read, and <c>safeswitch.json</c>.</summary>
internal static class ManifestStep
{
    private const string LayerPrefix = GraphNames.HiddenStates + ".";

    public static Bundle Run(BuildContext context, IReadOnlyList<ProbeResult> probes, AdapterResult adapter)
    {
        var (recipe, folder) = (context.Recipe, context.Files.Folder);
        context.Report("bundle", "instrumenting the decoder for the probes' layers");
        List<int> layers = [.. probes
            .SelectMany(p => p.Description.HiddenStates)
            .Where(s => s.StartsWith(LayerPrefix, StringComparison.Ordinal))
            .Select(s => int.Parse(s[LayerPrefix.Length..], System.Globalization.CultureInfo.InvariantCulture))
            .Distinct()
            .Order()];
        var model = Instrumenter.Instrument(Path.Combine(folder, recipe.Graph), folder, new InstrumentOptions { Layers = layers });
        Bundle.Write(folder, new BundleManifest
        {
            Schema = BundleManifest.CurrentSchema,
            Decoder = new DecoderDescription
            {
                Name = recipe.Name,
                Graph = model.ServingGraph,
                TrainingGraph = model.TrainingGraph,
                Files = [.. model.WeightFiles.Order(StringComparer.Ordinal).Prepend(model.ServingGraph).Select(f => FileFingerprint.Compute(folder, f))],
                HiddenSize = model.HiddenSize,
                VocabularySize = model.VocabularySize,
                HiddenStates = model.HiddenStates,
            },
            Probes = [.. probes.Select(p => p.Description)],
            Adapters =
            [
                new AdapterDescription
                {
                    Name = AdapterStep.Name,
                    File = AdapterStep.File,
                    Sha256 = DataFile.Sha256(Path.Combine(folder, AdapterStep.File)),
                    Target = "lm_head",
                    Rank = recipe.Adapter.Rank,
                },
            ],
            Policies = recipe.Calibration.Bounds.ToDictionary(b => b.Policy, b => Policy(recipe.Calibration, b.Policy, probes)),
            DefaultPolicy = recipe.Calibration.DefaultPolicy,
            Provenance = new Provenance
            {
                Tool = ToolVersion.Text,
                Seed = recipe.Seed,
                DataSets = context.Rows.Sets,
                Metrics = Metrics(probes, adapter),
            },
        });
        return Bundle.Open(folder);
    }

    private static SafetyPolicy Policy(RecipeCalibration calibration, string policy, IReadOnlyList<ProbeResult> probes)
    {
        var carried = new SafetyPolicy { Stages = calibration.Stages, PilotTokens = calibration.PilotTokens };
        carried.PromptThreshold = Threshold(MonitorStage.Prompt) ?? carried.PromptThreshold;
        carried.ResponseThreshold = Threshold(MonitorStage.Response) ?? carried.ResponseThreshold;
        return carried;

        double? Threshold(MonitorStage stage) => probes
            .FirstOrDefault(p => p.Description.Stage == stage)?.Description.Calibration
            .FirstOrDefault(c => c.Policy == policy)?.Threshold;
    }

    private static Dictionary<string, double> Metrics(IReadOnlyList<ProbeResult> probes, AdapterResult adapter)
    {
        var metrics = probes.SelectMany(p => p.Metrics).ToDictionary();
        var (report, quality) = (adapter.Report, adapter.Quality);
        metrics["adapter.top1.base"] = Math.Round(report.BaseTop1, 4);
        metrics["adapter.top1.adapted"] = Math.Round(report.AdaptedTop1, 4);
        metrics["adapter.train_tokens"] = report.TrainTokens;
        metrics["adapter.held_out_tokens"] = report.HeldOutTokens;
        metrics["adapter.checked_answers"] = quality.Answers;
        metrics["adapter.refused"] = Share(quality.Refused);
        metrics["adapter.fluent"] = Share(quality.Fluent);
        metrics["adapter.names_topic"] = Share(quality.NamedTopic);
        return metrics;

        double Share(int count) => quality.Answers == 0 ? 0 : Math.Round((double)count / quality.Answers, 4);
    }
}
