using System.Text.Json.Nodes;
using SafeSwitch.Onnx.Configuration;

namespace SafeSwitch.OnnxRuntimeGenAI.Loading;

/// <summary>What is laid over the folder's <c>genai_config.json</c>.</summary>
internal static class ConfigOverlay
{
    // No token is padding here: one sequence is run at a time, and the library would skip pad tokens at a prompt's end when it
    // looks for the last position's logits, though chat templates end turns with tokens that are also declared as padding.
    private const int NoToken = -1;

    // Slots of adapters are warned about at every load: "may prevent some of the graph optimizations".
    private const int Errors = 3;

    public static string Build(string graph, GenAIConfig config, OnnxRuntimeGenAIOptions options) => new JsonObject
    {
        ["model"] = new JsonObject
        {
            ["pad_token_id"] = NoToken,
            ["decoder"] = new JsonObject
            {
                ["filename"] = graph,
                ["session_options"] = new JsonObject
                {
                    ["intra_op_num_threads"] = options.IntraOpThreads ?? config.IntraOpThreads ?? Environment.ProcessorCount,
                    ["log_severity_level"] = Errors,
                },
            },
        },
        ["search"] = new JsonObject
        {
            // A prompt run in pieces would leave the hidden states of the last piece alone.
            ["chunk_size"] = 0,
        },
    }.ToJsonString();
}
