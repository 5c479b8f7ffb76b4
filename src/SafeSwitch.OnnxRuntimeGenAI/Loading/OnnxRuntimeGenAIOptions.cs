using System.ComponentModel.DataAnnotations;
using SafeSwitch.Settings;

namespace SafeSwitch.OnnxRuntimeGenAI;

/// <summary>
/// How ONNX Runtime GenAI runs the decoder. What is not set is as <c>genai_config.json</c> says. In configuration: the section
/// <c>OnnxRuntimeGenAI</c> beside <c>BundlePath</c>.
/// </summary>
public sealed class OnnxRuntimeGenAIOptions : ICheckedSettings
{
    internal const string Cpu = "cpu";

    /// <summary>
    /// The native library's file or its folder; <see langword="null"/> for the folder that the environment variable
    /// <c>SAFESWITCH_GENAI_NATIVE</c> names, or else where .NET finds an application's native libraries. A process loads one.
    /// </summary>
    public string? NativeLibrary { get; set; }

    /// <summary>
    /// Threads of one run, in [1, 1024]; <see langword="null"/> for what <c>genai_config.json</c> says, or else the available
    /// processors (left alone, the library takes half of them).
    /// </summary>
    [Range(1, 1024)]
    public int? IntraOpThreads { get; set; }

    /// <summary>
    /// The execution provider as <c>genai_config.json</c> would name it, such as <c>cuda</c> or <c>dml</c>; <c>cpu</c> for none;
    /// <see langword="null"/> for what it says.
    /// </summary>
    public string? ExecutionProvider { get; set; }

    /// <summary>Settings of <see cref="ExecutionProvider"/> by its own names, such as <c>device_id</c>.</summary>
    public IDictionary<string, string> ProviderOptions { get; } = new Dictionary<string, string>();

    /// <summary>Runs as on a provider that can't append to a cache, which is not at hand where tests run.</summary>
    internal bool NeverAppends { get; init; }

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Check() => DeclaredRanges.CheckFlat(this, Between());

    private IEnumerable<SettingProblem> Between()
    {
        if (ExecutionProvider is not null && string.IsNullOrWhiteSpace(ExecutionProvider))
            yield return new(nameof(ExecutionProvider), "an empty name", $"a provider's name, {Cpu}, or nothing for what genai_config.json says");
        else if (ProviderOptions.Count > 0 && ExecutionProvider is (null or Cpu))
            yield return new(nameof(ProviderOptions), $"{string.Join(", ", ProviderOptions.Keys)} without a provider", $"{nameof(ExecutionProvider)} to name theirs");
    }
}
