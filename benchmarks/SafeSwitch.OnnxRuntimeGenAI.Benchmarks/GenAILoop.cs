using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.ML.OnnxRuntimeGenAI;

namespace SafeSwitch.OnnxRuntimeGenAI.Benchmarks;

/// <summary>The loop of the library's own examples: append the prompt, then generate tokens until there are enough.</summary>
internal sealed class GenAILoop : IDisposable
{
    private readonly Model model;

    public GenAILoop(string folder, string graph, int threads)
    {
        using var config = new Config(folder);
        config.Overlay(new JsonObject
        {
            ["model"] = new JsonObject
            {
                ["decoder"] = new JsonObject
                {
                    ["filename"] = graph,
                    ["session_options"] = new JsonObject { ["intra_op_num_threads"] = threads, ["log_severity_level"] = 3 },
                },
            },
        }.ToJsonString());
        model = new Model(config);
    }

    /// <returns>Milliseconds to the first token and per token after it.</returns>
    public (double FirstToken, double PerToken) Take(ReadOnlySpan<int> prompt, int tokens)
    {
        var started = Stopwatch.GetTimestamp();
        using var parameters = new GeneratorParams(model);
        parameters.SetSearchOption("max_length", prompt.Length + tokens);
        using var generator = new Generator(model, parameters);
        generator.AppendTokens(prompt);
        generator.GenerateNextToken();
        var first = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        for (var i = 1; i < tokens; i++)
            generator.GenerateNextToken();
        var total = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        return (first, (total - first) / Math.Max(1, tokens - 1));
    }

    public void Dispose() => model.Dispose();
}
