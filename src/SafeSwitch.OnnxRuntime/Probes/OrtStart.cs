using Microsoft.ML.OnnxRuntime;
using SafeSwitch.Onnx;

namespace SafeSwitch.OnnxRuntime.Probes;

/// <summary>Starts ONNX Runtime's native library, once a process, without its telemetry; for backends and tools.</summary>
public static class OrtStart
{
    private static readonly Lazy<OrtEnv> Environment = new(Start);

    /// <summary>To be called before anything of ONNX Runtime is used.</summary>
    /// <exception cref="DllNotFoundException">The native library is missing.</exception>
    public static void Ensure() => _ = Environment.Value;

    private static OrtEnv Start()
    {
        RuntimeTelemetry.TurnOff();
        var environment = OrtEnv.Instance();
        // Of a library that the host started before, or that does not know the variable.
        environment.DisableTelemetryEvents();
        return environment;
    }
}
