using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.OnnxRuntime.Bundles;
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
        var adapters = bundle.Manifest.Adapters.ToDictionary(a => a.Name, a => a.File);
        return OnnxBundle.Load(bundle, problems => OnnxLanguageModel.Load(bundle.Folder, bundle.Manifest.Decoder.Graph, adapters, options, problems));
    }
}
