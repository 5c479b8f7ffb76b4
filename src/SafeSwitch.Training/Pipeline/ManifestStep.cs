using System.Globalization;
using SafeSwitch.Bundles;
using SafeSwitch.Instrumentation;
using SafeSwitch.Onnx;
using SafeSwitch.Training.Adapters;
using SafeSwitch.Training.Calibration;

namespace SafeSwitch.Training.Pipeline;

/// <summary>The bundle's own graphs, which export only what its probes read, and <c>safeswitch.json</c>.</summary>
internal static class ManifestStep
{
    private const string LayerPrefix = GraphNames.HiddenStates + ".";

    public static Bundle Run(BuildContext context, IReadOnlyList<CalibratedProbe> probes, AdapterRecord adapter)
    {
        var (recipe, folder) = (context.Recipe, context.Files.Folder);
        context.Report("bundle", "instrumenting the decoder for the probes' layers");
        List<int> layers = [.. probes
            .SelectMany(p => p.Description.HiddenStates)
            .Where(s => s.StartsWith(LayerPrefix, StringComparison.Ordinal))
            .Select(s => int.Parse(s[LayerPrefix.Length..], CultureInfo.InvariantCulture))
            .Distinct()
            .Order()];
        Instrumenter.Instrument(Path.Combine(folder, recipe.Graph), folder, new InstrumentOptions { Layers = layers });
        return new BundleParts
        {
            Decoder = InstrumentedDecoder.Describe(folder, recipe.Name),
            Probes = probes,
            Adapter = adapter,
            Calibration = recipe.Calibration,
            Seed = recipe.Seed,
            DataSets = context.Rows.Sets,
        }.WriteTo(folder);
    }
}
