using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using SafeSwitch.Bundles;
using SafeSwitch.Onnx.Configuration;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Analysis;

/// <summary>
/// The <c>genai_config.json</c> of an instrumented model: the source's own with the serving graph's name, or, for an export that has
/// none, one made from <c>config.json</c>, <c>generation_config.json</c> and the graph itself.
/// </summary>
internal static class GenAIConfigWriter
{
    // Written as people write it, with the characters of other scripts as they are.
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] OptionalInputs = ["attention_mask", "position_ids"];

    /// <summary>The text of the file.</summary>
    /// <exception cref="GraphException">It would be one that no backend loads, or that contradicts the graph; the message lists every reason.</exception>
    public static string For(ModelFolder source, DecoderGraph decoder, string graph)
    {
        var config = source.GenAIJson?.DeepClone().AsObject() ?? Make(source, decoder);
        if (config.At("model", "decoder") is not JsonObject section)
        {
            throw new GraphException(Path.Combine(source.Folder, GenAIConfig.FileName), "no 'model.decoder' section; expected one that describes the decoder.");
        }

        section["filename"] = graph;
        Check(source, decoder, config);
        return config.ToJsonString(Format) + "\n";
    }

    // Whoever goes on with a folder loads it in the end: better to hear now what a backend would say then.
    private static void Check(ModelFolder source, DecoderGraph decoder, JsonObject config)
    {
        var problems = new List<BundleProblem>();
        if (GenAIConfig.Parse(config, problems) is { } read)
        {
            Compare("model.decoder.hidden_size", read.HiddenSize, decoder.Head.HiddenSize);
            Compare("model.vocab_size", read.VocabularySize, decoder.Head.VocabularySize);
            Compare("model.decoder.num_hidden_layers", read.Layers, decoder.Layers);
        }

        if (problems.Count > 0)
        {
            var made = source.GenAIJson is null ? $"{GenAIConfig.FileName} (made from {ModelFolder.HubConfigFile})" : GenAIConfig.FileName;
            throw new GraphException(Path.Combine(source.Folder, made), string.Join(" ", problems.Select(p => $"{p.Field}: found {p.Found}, expected {p.Expected}.")));
        }

        void Compare(string field, int found, int expected)
        {
            if (found != expected)
            {
                problems.Add(new BundleProblem(GenAIConfig.FileName, field, $"{found}", $"{expected}, as the graph has"));
            }
        }
    }

    private static JsonObject Make(ModelFolder source, DecoderGraph decoder)
    {
        var file = Path.Combine(source.Folder, ModelFolder.HubConfigFile);
        var hub = source.HubConfig ?? throw new GraphException(
            source.Folder, "neither genai_config.json nor config.json: add the model's config.json, which says its heads, context length and end tokens.");
        var values = new HubValues(file, hub, source.Folder);
        var cache = CacheShape(decoder);
        var heads = values.Number("num_attention_heads", "n_head", "num_heads");
        var keyValueHeads = cache.Heads ?? values.Optional("num_key_value_heads", "n_head_kv") ?? heads;
        var context = values.Number("max_position_embeddings", "n_positions", "n_ctx", "max_seq_len", "seq_length");
        return new JsonObject
        {
            ["model"] = new JsonObject
            {
                ["bos_token_id"] = values.Token("bos_token_id"),
                ["context_length"] = context,
                ["decoder"] = new JsonObject
                {
                    ["session_options"] = new JsonObject { ["log_id"] = "safeswitch", ["provider_options"] = new JsonArray() },
                    ["filename"] = "",
                    ["head_size"] = cache.HeadSize ?? values.Optional("head_dim") ?? decoder.Head.HiddenSize / heads,
                    ["hidden_size"] = decoder.Head.HiddenSize,
                    ["inputs"] = Inputs(decoder),
                    ["outputs"] = Outputs(decoder),
                    ["num_attention_heads"] = heads,
                    ["num_hidden_layers"] = decoder.Layers,
                    ["num_key_value_heads"] = keyValueHeads,
                },
                ["eos_token_id"] = values.EndTokens(),
                ["pad_token_id"] = values.Token("pad_token_id") ?? values.FirstEndToken(),
                ["type"] = values.Text("model_type"),
                ["vocab_size"] = decoder.Head.VocabularySize,
            },
            ["search"] = new JsonObject
            {
                ["do_sample"] = false,
                ["max_length"] = context,
                ["num_beams"] = 1,
                ["num_return_sequences"] = 1,
                ["past_present_share_buffer"] = false,
                ["repetition_penalty"] = 1.0,
                ["temperature"] = 1.0,
                ["top_k"] = 50,
                ["top_p"] = 1.0,
            },
        };
    }

    private static JsonObject Inputs(DecoderGraph decoder)
    {
        var inputs = new JsonObject { ["input_ids"] = decoder.InputIds };
        foreach (var optional in OptionalInputs.Where(decoder.Index.IsInput))
            inputs[optional] = optional;
        AddCaches(inputs, decoder.Index.Graph.Input.Where(input => decoder.Index.IsInput(input.Name)), "past");
        return inputs;
    }

    private static JsonObject Outputs(DecoderGraph decoder)
    {
        var outputs = new JsonObject { ["logits"] = decoder.Logits };
        AddCaches(outputs, decoder.Index.Graph.Output, "present");
        return outputs;
    }

    private static void AddCaches(JsonObject names, IEnumerable<ValueInfoProto> values, string kind)
    {
        var first = values.Select(value => value.Name).Where(name => name.StartsWith(kind, StringComparison.Ordinal) && name.Contains('0', StringComparison.Ordinal)).ToList();
        foreach (var part in new[] { "key", "value" })
        {
            if (first.FirstOrDefault(name => CachePart(name) == part) is { } example)
                names[$"{kind}_{part}_names"] = Pattern(example);
        }

        if (names.ContainsKey($"{kind}_key_names") || first.FirstOrDefault() is not { } joined)
            return;
        names[$"{kind}_names"] = Pattern(joined);
    }

    /// <summary>Which half of a cache a name means: its last part says so, since names often begin with "past_key_values".</summary>
    private static string? CachePart(string name) =>
        name.EndsWith("key", StringComparison.Ordinal) ? "key" : name.EndsWith("value", StringComparison.Ordinal) ? "value" : null;

    private static string Pattern(string name)
    {
        var zero = name.IndexOf('0', StringComparison.Ordinal);
        return string.Concat(name.AsSpan(0, zero), "%d", name.AsSpan(zero + 1));
    }

    /// <summary>Heads and head size, where the cache's declared shape <c>[batch, heads, length, size]</c> tells.</summary>
    private static (int? Heads, int? HeadSize) CacheShape(DecoderGraph decoder)
    {
        var dims = decoder.CacheOutputs()
            .Select(cache => decoder.Index.Value(cache.Output)?.Type?.TensorType?.Shape?.Dim)
            .FirstOrDefault(shape => shape?.Count == 4);
        return dims is null ? (null, null) : (Known(Dim.From(dims[1])), Known(Dim.From(dims[3])));
    }

    private static int? Known(Dim dim) => dim.Name is null && dim.Value > 0 ? (int)dim.Value : null;
}
