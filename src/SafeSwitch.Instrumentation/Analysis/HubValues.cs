using System.Text.Json.Nodes;
using SafeSwitch.Onnx.Configuration;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Analysis;

/// <summary>Values of a Hub model's <c>config.json</c> under the names that architectures give them, and its special tokens.</summary>
internal sealed class HubValues
{
    private readonly string file;
    private readonly JsonObject config;
    private readonly JsonObject? textConfig;
    private readonly JsonObject? generation;

    public HubValues(string file, JsonObject config, string folder)
    {
        this.file = file;
        this.config = config;
        textConfig = config["text_config"] as JsonObject;
        generation = ModelJson.Read(Path.Combine(folder, "generation_config.json"));
    }

    public int Number(params ReadOnlySpan<string> names) =>
        Optional(names) is { } number and > 0 ? number : throw new GraphException(file, $"no '{string.Join("' or '", names.ToArray())}' above 0; expected a whole number.");

    public int? Optional(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Find(name) is JsonValue value && value.TryGetValue<int>(out var number))
                return number;
        }

        return null;
    }

    public string Text(string name) =>
        Find(name) is JsonValue value && value.TryGetValue<string>(out var text) ? text : throw new GraphException(file, $"no '{name}'; expected a text.");

    /// <summary>A special token's id, or <see langword="null"/>: not every model has each.</summary>
    public JsonNode? Token(string name) => (generation?[name] ?? Find(name)) is JsonValue value ? value.DeepClone() : null;

    /// <summary>The ids that end an answer, one or several.</summary>
    public JsonNode EndTokens() =>
        (generation?["eos_token_id"] ?? Find("eos_token_id"))?.DeepClone()
        ?? throw new GraphException(file, "no 'eos_token_id', nor in generation_config.json: without it no answer would end. Add it.");

    public JsonNode FirstEndToken() => EndTokens() is JsonArray { Count: > 0 } several && several[0] is { } first ? first.DeepClone() : EndTokens();

    private JsonNode? Find(string name) => config[name] ?? textConfig?[name];
}
