namespace SafeSwitch.OnnxRuntimeGenAI;

/// <summary>How ONNX Runtime GenAI runs the decoder. What is not set is as <c>genai_config.json</c> says.</summary>
public sealed class OnnxRuntimeGenAIOptions
{
    internal const string Cpu = "cpu";

    /// <summary>
    /// The native library's file or its folder; <see langword="null"/> for the folder that the environment variable
    /// <c>SAFESWITCH_GENAI_NATIVE</c> names, or else where .NET finds an application's native libraries. A process loads one.
    /// </summary>
    public string? NativeLibrary { get; set; }

    /// <summary>
    /// Threads of one run, at least 1; <see langword="null"/> for what <c>genai_config.json</c> says, or else the available
    /// processors (left alone, the library takes half of them).
    /// </summary>
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

    internal void Validate()
    {
        if (IntraOpThreads is { } threads and < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(IntraOpThreads), threads, $"{nameof(OnnxRuntimeGenAIOptions)}.{nameof(IntraOpThreads)}: found {threads}, expected at least 1.");
        }

        if (ProviderOptions.Count > 0 && ExecutionProvider is null or "" or Cpu)
        {
            throw new ArgumentException(
                $"{nameof(OnnxRuntimeGenAIOptions)}.{nameof(ProviderOptions)}: found {string.Join(", ", ProviderOptions.Keys)} without a provider, "
                + $"expected {nameof(ExecutionProvider)} to name theirs.");
        }
    }

}
