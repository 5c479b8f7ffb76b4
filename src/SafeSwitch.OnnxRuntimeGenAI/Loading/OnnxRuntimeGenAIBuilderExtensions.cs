using Microsoft.Extensions.Logging;
using SafeSwitch.Hosting;
using SafeSwitch.OnnxRuntimeGenAI;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts a guarded model on ONNX Runtime GenAI.</summary>
public static class OnnxRuntimeGenAIBuilderExtensions
{
    /// <summary>Loads the bundle with ONNX Runtime GenAI, whose native package the application references.</summary>
    /// <param name="builder">What <c>AddSafeSwitch</c> returned.</param>
    /// <param name="configure">Sets the options, over the section <c>OnnxRuntimeGenAI</c> of the model's configuration.</param>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is <see langword="null"/>.</exception>
    public static SafeSwitchBuilder UseOnnxRuntimeGenAI(this SafeSwitchBuilder builder, Action<OnnxRuntimeGenAIOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UseBackend(
            "OnnxRuntimeGenAI", configure, (provider, options) => new OnnxRuntimeGenAIBackend(options, provider.GetService<ILogger<OnnxRuntimeGenAIBackend>>()));
    }
}
