using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.OnnxRuntime.Probes;
using SafeSwitch.OnnxRuntimeGenAI.Decoding;
using SafeSwitch.OnnxRuntimeGenAI.Interop;
using SafeSwitch.OnnxRuntimeGenAI.Loading;
using SafeSwitch.Settings;

namespace SafeSwitch.OnnxRuntimeGenAI;

/// <summary>
/// Runs decoders on ONNX Runtime GenAI's native library, which the application brings: Microsoft.ML.OnnxRuntimeGenAI, its .Cuda or
/// its .DirectML package. Tokenizer, chat template, probes and sampling are those of the default backend, so a bundle gives
/// the same answers and verdicts on both.
/// </summary>
public sealed class OnnxRuntimeGenAIBackend : IBackend
{
    internal const string BackendName = "onnxruntime-genai";

    private readonly OnnxRuntimeGenAIOptions options;
    private readonly ILogger logger;

    /// <summary>A backend with the given options.</summary>
    /// <param name="options">How decoders are run; <see langword="null"/> for the defaults.</param>
    /// <param name="logger">Where it says what it loaded, and once if a model makes interventions costly.</param>
    /// <exception cref="SettingsException">An option is out of its range.</exception>
    public OnnxRuntimeGenAIBackend(OnnxRuntimeGenAIOptions? options = null, ILogger<OnnxRuntimeGenAIBackend>? logger = null)
    {
        this.options = options ?? new OnnxRuntimeGenAIOptions();
        SettingsException.ThrowIfInvalid(this.options);
        this.logger = logger ?? NullLogger<OnnxRuntimeGenAIBackend>.Instance;
    }

    /// <inheritdoc/>
    public string Name => BackendName;

    /// <inheritdoc/>
    /// <exception cref="OnnxRuntimeGenAIException">The native library is missing or of a version that does not fit.</exception>
    public LoadedBundle Load(Bundle bundle)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        var problems = new List<BundleProblem>();
        var manifest = bundle.Manifest;
        var model = LoadModel(
            bundle.Folder, manifest.Decoder.Graph, manifest.Adapters.ToDictionary(a => a.Name, a => a.File), problems, manifest.Decoder);

        var probeLoader = new ProbeLoader(
            model?.Info.HiddenStates ?? manifest.Decoder.HiddenStates, manifest.Decoder.HiddenSize, problems);
        List<IProbe> probes = [];
        foreach (var description in manifest.Probes)
        {
            if (probeLoader.Load(description, bundle.PathOf(description.File)) is { } probe)
                probes.Add(probe);
        }

        if (problems.Count == 0)
            return new LoadedBundle(bundle, model!, probes);
        model?.Dispose();
        foreach (var probe in probes)
            probe.Dispose();
        throw new BundleException(bundle.Folder, problems);
    }

    /// <summary>Loads a model folder, whether or not it is a bundle.</summary>
    internal GenAIModel? LoadModel(
        string folder,
        string? graph,
        IReadOnlyDictionary<string, string> adapters,
        List<BundleProblem> problems,
        DecoderDescription? expected = null)
    {
        NativeLibraryLoader.EnsureLoaded(options.NativeLibrary);
        return new ModelLoader(options, logger, problems).Load(folder, graph, adapters, expected);
    }
}
