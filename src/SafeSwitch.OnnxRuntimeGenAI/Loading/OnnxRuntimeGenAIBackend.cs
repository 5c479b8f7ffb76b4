using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.OnnxRuntime.Bundles;
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
        var adapters = bundle.Manifest.Adapters.ToDictionary(a => a.Name, a => a.File);
        return OnnxBundle.Load(bundle, problems => LoadModel(bundle.Folder, bundle.Manifest.Decoder.Graph, adapters, problems));
    }

    /// <summary>Loads a model folder, whether or not it is a bundle.</summary>
    /// <param name="folder">The folder, with <c>genai_config.json</c> in it.</param>
    /// <param name="graph">Another graph of the folder's than the configuration names.</param>
    /// <param name="adapters">Files of adapters by the name that sessions know them by; paths are relative to the folder.</param>
    /// <exception cref="BundleException">Something is missing or does not fit; every problem found is listed.</exception>
    /// <exception cref="OnnxRuntimeGenAIException">The native library is missing or of a version that does not fit.</exception>
    public ILanguageModel LoadModel(string folder, string? graph = null, IReadOnlyDictionary<string, string>? adapters = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        folder = Path.GetFullPath(folder);
        var problems = new List<BundleProblem>();
        return LoadModel(folder, graph, adapters ?? new Dictionary<string, string>(), problems) ?? throw new BundleException(folder, problems);
    }

    private GenAIModel? LoadModel(string folder, string? graph, IReadOnlyDictionary<string, string> adapters, ICollection<BundleProblem> problems)
    {
        NativeLibraryLoader.EnsureLoaded(options.NativeLibrary);
        return new ModelLoader(options, logger, problems).Load(folder, graph, adapters);
    }
}
