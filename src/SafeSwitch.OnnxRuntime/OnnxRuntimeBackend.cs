using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.OnnxRuntime.Decoding;
using SafeSwitch.OnnxRuntime.Probes;
using SafeSwitch.Settings;

namespace SafeSwitch.OnnxRuntime;

/// <summary>Loads bundles with ONNX Runtime: decoder, refusal adapters and probes.</summary>
public sealed class OnnxRuntimeBackend : IBackend
{
    internal const string BackendName = "onnxruntime";

    private readonly OnnxRuntimeOptions options;

    /// <summary>A backend with the given options.</summary>
    /// <param name="options">How to run the decoder; <see langword="null"/> for the defaults.</param>
    /// <exception cref="SettingsException">An option is out of its range.</exception>
    public OnnxRuntimeBackend(OnnxRuntimeOptions? options = null)
    {
        this.options = options ?? new OnnxRuntimeOptions();
        SettingsException.ThrowIfInvalid(this.options);
    }

    /// <inheritdoc/>
    public string Name => BackendName;

    /// <inheritdoc/>
    public LoadedBundle Load(Bundle bundle)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        var problems = new List<BundleProblem>();
        var manifest = bundle.Manifest;
        var adapters = manifest.Adapters.ToDictionary(a => a.Name, a => a.File);
        var model = OnnxLanguageModel.Load(bundle.Folder, manifest.Decoder.Graph, adapters, options, problems);
        if (model is not null)
        {
            CheckManifest(manifest.Decoder, model.Info, problems);
            CheckRanks(manifest.Adapters, model.Decoder.Adapters, problems);
        }

        var probeLoader = new ProbeLoader(
            model?.Info.HiddenStates ?? manifest.Decoder.HiddenStates, model?.Info.HiddenSize ?? manifest.Decoder.HiddenSize, problems);
        List<IProbe> probes = [];
        foreach (var description in manifest.Probes)
        {
            if (probeLoader.Load(description, bundle.PathOf(description.File)) is { } probe)
                probes.Add(probe);
        }

        if (problems.Count == 0)
            return new LoadedBundle(bundle, model!, probes);
        model?.Decoder.Dispose();
        foreach (var probe in probes)
            probe.Dispose();
        throw new BundleException(bundle.Folder, problems);
    }

    internal static void CheckManifest(DecoderDescription expected, LanguageModelInfo found, List<BundleProblem> problems)
    {
        if (found.HiddenSize != expected.HiddenSize)
            problems.Add(new BundleProblem(Bundle.ManifestFile, "decoder.hidden_size", $"{expected.HiddenSize}", $"{found.HiddenSize}, as the decoder has"));
        if (found.VocabularySize != expected.VocabularySize)
            problems.Add(new BundleProblem(Bundle.ManifestFile, "decoder.vocabulary_size", $"{expected.VocabularySize}", $"{found.VocabularySize}, as the decoder has"));
        foreach (var name in expected.HiddenStates.Except(found.HiddenStates))
            problems.Add(new BundleProblem(expected.Graph, name, $"outputs {string.Join(", ", found.HiddenStates)}", $"a hidden state of that name, which {Bundle.ManifestFile} lists"));
    }

    private static void CheckRanks(IEnumerable<AdapterDescription> expected, IReadOnlyDictionary<string, Adapter> found, List<BundleProblem> problems)
    {
        foreach (var description in expected)
        {
            if (found.TryGetValue(description.Name, out var adapter) && adapter.Rank != description.Rank)
                problems.Add(new BundleProblem(Bundle.ManifestFile, $"adapters.{description.Name}.rank", $"{description.Rank}", $"{adapter.Rank}, as {description.File} has"));
        }
    }
}
