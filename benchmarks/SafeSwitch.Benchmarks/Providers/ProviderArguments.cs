using Microsoft.Extensions.Logging;
using SafeSwitch.OnnxRuntime;

namespace SafeSwitch.Benchmarks.Providers;

/// <summary>What is held against what.</summary>
/// <param name="Provider">The execution provider to hold against the CPU.</param>
/// <param name="Model">The bundle that it runs.</param>
/// <param name="Reference">The bundle that the CPU runs.</param>
/// <param name="PromptsFile">Prompts to compare by; <see langword="null"/> for the built-in ones.</param>
/// <param name="Rounds">Rounds of timing; 0 for none.</param>
/// <param name="Threads">Threads of runs on the CPU.</param>
/// <param name="Log">The least severe message that ONNX Runtime writes.</param>
/// <param name="ProviderOptions">The provider's options by their own names.</param>
internal sealed record ProviderArguments(
    string Provider,
    string Model,
    string Reference,
    string? PromptsFile,
    int Rounds,
    int Threads,
    LogLevel Log,
    IReadOnlyDictionary<string, string> ProviderOptions)
{
    /// <summary>The options of a backend on a provider of this run.</summary>
    public OnnxRuntimeOptions For(string provider)
    {
        var made = new OnnxRuntimeOptions { ExecutionProvider = provider, IntraOpThreads = Threads, LogSeverity = Log };
        if (provider == Provider)
        {
            foreach (var (key, value) in ProviderOptions)
                made.ProviderOptions[key] = value;
        }

        return made;
    }
}
