using SafeSwitch.Bundles;

namespace SafeSwitch.Backends;

/// <summary>Loads bundles: the decoder with its adapters, and the probes that read its states.</summary>
public interface IBackend
{
    /// <summary>A short name for people and telemetry, such as <c>onnxruntime</c>.</summary>
    string Name { get; }

    /// <summary>Loads a bundle and checks that decoder, probes and adapters fit each other.</summary>
    /// <exception cref="BundleException">Something is missing or does not fit; every problem found is listed.</exception>
    LoadedBundle Load(Bundle bundle);
}
