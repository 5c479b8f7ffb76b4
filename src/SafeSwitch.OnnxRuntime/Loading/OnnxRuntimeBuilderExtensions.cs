using SafeSwitch.Hosting;
using SafeSwitch.OnnxRuntime;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Chooses ONNX Runtime as the backend of a guarded model.</summary>
public static class OnnxRuntimeBuilderExtensions
{
    /// <summary>Loads the bundle with ONNX Runtime, as the section <c>OnnxRuntime</c> of the model's configuration says.</summary>
    /// <param name="builder">What <c>AddSafeSwitch</c> returned.</param>
    /// <param name="configure">Sets how the decoder is run, over the configuration; <see langword="null"/> for that or the defaults.</param>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is <see langword="null"/>.</exception>
    public static SafeSwitchBuilder UseOnnxRuntime(this SafeSwitchBuilder builder, Action<OnnxRuntimeOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UseBackend("OnnxRuntime", configure, (_, options) => new OnnxRuntimeBackend(options));
    }
}
