using SafeSwitch.Hosting;
using SafeSwitch.OnnxRuntime;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Chooses ONNX Runtime as the backend of a guarded model.</summary>
public static class OnnxRuntimeSafeSwitchBuilderExtensions
{
    /// <summary>Loads the bundle with ONNX Runtime.</summary>
    /// <param name="builder">What <c>AddSafeSwitch</c> returned.</param>
    /// <param name="configure">Sets how the decoder is run; <see langword="null"/> for the defaults.</param>
    public static SafeSwitchBuilder UseOnnxRuntime(this SafeSwitchBuilder builder, Action<OnnxRuntimeOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new OnnxRuntimeOptions();
        configure?.Invoke(options);
        return builder.UseBackend(_ => new OnnxRuntimeBackend(options));
    }
}
