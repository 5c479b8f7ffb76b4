using SafeSwitch.Instrumentation.Analysis;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Inspection;

/// <summary>How weights are stored, in words.</summary>
internal static class WeightStorage
{
    /// <summary>The quantisations of all products of a graph, the commonest first.</summary>
    public static string Describe(GraphProto graph)
    {
        var kinds = graph.Node
            .Select(Quantization)
            .OfType<string>()
            .GroupBy(kind => kind)
            .OrderByDescending(group => group.Count())
            .Select(group => $"{group.Key} ({group.Count()} products)")
            .ToList();
        return kinds.Count == 0 ? "none" : string.Join(", ", kinds);
    }

    /// <summary>The storage of one product's weight.</summary>
    public static string Describe(NodeProto product, DecoderGraph decoder)
    {
        if (Quantization(product) is { } quantization)
            return quantization;
        var weight = product.Input[1];
        var stored = decoder.Constants.Weights(weight).FirstOrDefault(name => decoder.Index.Initializer(name)?.Dims.Count > 1) ?? weight;
        var type = decoder.Types.Of(stored).Display();
        return decoder.Index.Producer(weight) is { } maker ? $"{type} through {maker.OpType}" : type;
    }

    /// <summary>Whether the head's weight is the table that embeds the input ids.</summary>
    public static bool IsTied(DecoderGraph decoder)
    {
        var head = decoder.Constants.Weights(decoder.Head.Weight).ToHashSet(StringComparer.Ordinal);
        return DataFlow.Embeddings(decoder)
            .Select(embedding => decoder.Index.Producer(embedding)!.Input[0])
            .SelectMany(decoder.Constants.Weights)
            .Any(name => head.Contains(name) && decoder.Index.Initializer(name)!.Dims.Count > 1);
    }

    private static string? Quantization(NodeProto node) => node.OpType switch
    {
        "MatMulNBits" =>
            $"{node.Int("bits", 4)}-bit blocks of {node.Int("block_size", 32)} {(node.InputAt(3).Length > 0 ? "with" : "without")} zero points",
        "MatMulBnb4" => "4-bit bitsandbytes blocks",
        "MatMulInteger" or "MatMulIntegerToFloat" or "DynamicQuantizeMatMul" => "8-bit, activations quantised while running",
        _ => null,
    };
}
