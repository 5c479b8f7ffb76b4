using System.Diagnostics;
using System.Text.Json.Nodes;
using SafeSwitch.OnnxRuntimeGenAI.Interop;

namespace SafeSwitch.OnnxRuntimeGenAI.Benchmarks;

/// <summary>The loop of the library's own examples: append the prompt, then generate tokens until there are enough.</summary>
internal sealed unsafe class GenAILoop : IDisposable
{
    private readonly ModelHandle model;

    public GenAILoop(string folder, string graph, int threads)
    {
        NativeLibraryLoader.EnsureLoaded(null);
        using var config = NativeResult.Check(NativeMethods.OgaCreateConfig(folder, out var created), created);
        var overlay = new JsonObject
        {
            ["model"] = new JsonObject
            {
                ["decoder"] = new JsonObject
                {
                    ["filename"] = graph,
                    ["session_options"] = new JsonObject { ["intra_op_num_threads"] = threads, ["log_severity_level"] = 3 },
                },
            },
        };
        NativeResult.Check(NativeMethods.OgaConfigOverlay(config, overlay.ToJsonString()));
        model = NativeResult.Check(NativeMethods.OgaCreateModelFromConfig(config, out var loaded), loaded);
    }

    /// <returns>Milliseconds to the first token and per token after it.</returns>
    public (double FirstToken, double PerToken) Take(ReadOnlySpan<int> prompt, int tokens)
    {
        var started = Stopwatch.GetTimestamp();
        using var parameters = NativeResult.Check(NativeMethods.OgaCreateGeneratorParams(model, out var created), created);
        NativeResult.Check(NativeMethods.OgaGeneratorParamsSetSearchNumber(parameters, "max_length", prompt.Length + tokens));
        using var generator = NativeResult.Check(NativeMethods.OgaCreateGenerator(model, parameters, out var opened), opened);
        fixed (int* pointer = prompt)
            NativeResult.Check(NativeMethods.OgaGenerator_AppendTokens(generator, pointer, (nuint)prompt.Length));
        NativeResult.Check(NativeMethods.OgaGenerator_GenerateNextToken(generator));
        var first = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        for (var i = 1; i < tokens; i++)
            NativeResult.Check(NativeMethods.OgaGenerator_GenerateNextToken(generator));
        var total = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        return (first, (total - first) / Math.Max(1, tokens - 1));
    }

    public void Dispose() => model.Dispose();
}
