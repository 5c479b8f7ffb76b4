using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Training.Benchmarks;

/// <summary>
/// A decoder of Llama's shape as the ONNX Runtime GenAI model builder writes it, in fp16, its weights in one file beside it. The file has
/// its full length but, on file systems that know holes, no content: all weights are zero and cost no disk.
/// </summary>
internal sealed class LlamaGraph(int layers, int hidden, int vocabulary, int experts = 1)
{
    public const string WeightFile = "model.onnx.data";
    private const int Alignment = 4096;
    private const int HeadSize = 128;

    private readonly GraphBuilder graph = new GraphBuilder("decoder", 21).Import("com.microsoft", 1);
    private readonly int keyValueWidth = Math.Max(HeadSize, hidden / 4);
    private readonly int inner = hidden * 7 / 2;
    private long length;

    /// <summary>Bytes of a decoder layer and of embedding and head.</summary>
    public static (long Layer, long Ends) Sizes(int hidden, int vocabulary) =>
        (2L * hidden * ((2L * hidden) + (2 * Math.Max(HeadSize, hidden / 4)) + (3L * (hidden * 7 / 2))), 4L * hidden * vocabulary);

    /// <summary>Writes the model into a folder.</summary>
    /// <returns>Bytes of its weights.</returns>
    public long Write(string folder)
    {
        graph.Input("input_ids", ElementType.Int64, "batch_size", "sequence_length");
        graph.Input("attention_mask", ElementType.Int64, "batch_size", "total_sequence_length");
        var counts = graph.Node("ReduceSum", ["attention_mask", graph.Integers(1)], null, ("keepdims", 0L));
        var seen = graph.Node("Cast", [graph.Node("Sub", [counts, graph.Integers(1)])], null, ("to", ElementType.Int32));
        var all = graph.Node("Cast", [graph.Node("Gather", [graph.Node("Shape", ["attention_mask"]), graph.Initializer("axis", [1L])])], null, ("to", ElementType.Int32));
        var embedded = graph.Node("Gather", [Weight("embed_tokens", vocabulary, hidden), "input_ids"]);
        var (stream, added) = (embedded, "");
        for (var layer = 0; layer < layers; layer++)
            (stream, added) = Layer(layer, stream, added, seen, all);
        var final = Skip(stream, added, "final").Normalized;
        graph.Node("MatMul", [final, Weight("lm_head", hidden, vocabulary)], "logits");
        graph.Output("logits", ElementType.Float16, "batch_size", "sequence_length", vocabulary);
        graph.Save(Path.Combine(folder, "model.onnx"));
        using (var weights = File.Create(Path.Combine(folder, WeightFile)))
            weights.SetLength(length);
        File.WriteAllText(
            Path.Combine(folder, "config.json"),
            $$"""{"model_type": "llama", "num_attention_heads": {{hidden / HeadSize}}, "max_position_embeddings": 8192, "eos_token_id": 2}""");
        return length;
    }

    private (string Stream, string Added) Layer(int layer, string stream, string added, string seen, string all)
    {
        string normalized;
        if (layer == 0)
            normalized = graph.Node("SimplifiedLayerNormalization", [stream, Weight("0.norm", hidden)], null, ("axis", -1L), ("epsilon", 1e-5f));
        else
            (normalized, stream) = Skip(stream, added, $"{layer}.norm");
        string Cache(string part) => graph.Input($"past_key_values.{layer}.{part}", ElementType.Float16, "batch_size", keyValueWidth / HeadSize, "past_sequence_length", HeadSize);

        var attention = graph.Node(
            "com.microsoft::GroupQueryAttention",
            [
                Product(normalized, $"{layer}.q", hidden, hidden), Product(normalized, $"{layer}.k", hidden, keyValueWidth), Product(normalized, $"{layer}.v", hidden, keyValueWidth),
                Cache("key"), Cache("value"), seen, all,
            ],
            null, ("num_heads", (long)(hidden / HeadSize)), ("kv_num_heads", (long)(keyValueWidth / HeadSize)));
        foreach (var part in (string[])["key", "value"])
        {
            graph.Current.Graph.Node[^1].Output.Add($"present.{layer}.{part}");
            graph.Output($"present.{layer}.{part}", ElementType.Float16, "batch_size", keyValueWidth / HeadSize, "total_sequence_length", HeadSize);
        }

        (normalized, stream) = Skip(stream, Product(attention, $"{layer}.o", hidden, hidden), $"{layer}.post_norm");
        return (stream, experts == 1 ? Feed(normalized, $"{layer}", inner) : Experts(normalized, layer));
    }

    private string Product(string x, string name, int rows, int columns) => graph.Node("MatMul", [x, Weight(name, rows, columns)]);

    private string Feed(string x, string name, int width)
    {
        var gate = Product(x, $"{name}.gate", hidden, width);
        var activated = graph.Node("Mul", [gate, graph.Node("Sigmoid", [gate])]);
        return Product(graph.Node("Mul", [activated, Product(x, $"{name}.up", hidden, width)]), $"{name}.down", width, hidden);
    }

    /// <summary>Every expert on every token, weighted by a router, as an export in plain operators has it.</summary>
    private string Experts(string x, int layer)
    {
        var router = graph.Node("Softmax", [Product(x, $"{layer}.router", hidden, experts)], null, ("axis", -1L));
        string? sum = null;
        for (var expert = 0; expert < experts; expert++)
        {
            var share = graph.Node("Gather", [router, graph.Integers(expert)], null, ("axis", 2L));
            var part = graph.Node("Mul", [share, Feed(x, $"{layer}.{expert}", inner / experts)]);
            sum = sum is null ? part : graph.Node("Add", [sum, part]);
        }

        return sum!;
    }

    private (string Normalized, string Sum) Skip(string stream, string added, string name)
    {
        var normalized = graph.Node("com.microsoft::SkipSimplifiedLayerNormalization", [stream, added, Weight(name, hidden)], null, ("epsilon", 1e-5f));
        if (name != "final")
            graph.Current.Graph.Node[^1].Output.AddRange(["", "", $"{normalized}.sum"]);
        return (normalized, $"{normalized}.sum");
    }

    private string Weight(string name, params ReadOnlySpan<long> dims)
    {
        var bytes = 2L;
        foreach (var dim in dims)
            bytes *= dim;
        var tensor = Protos.Tensor($"model.{name}.weight", ElementType.Float16, [], dims);
        length = (length + Alignment - 1) / Alignment * Alignment;
        new ExternalData(WeightFile, length, bytes).ApplyTo(tensor);
        length += bytes;
        graph.Current.Graph.Initializer.Add(tensor);
        return tensor.Name;
    }
}
