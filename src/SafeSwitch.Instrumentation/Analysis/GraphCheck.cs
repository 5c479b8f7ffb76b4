using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Analysis;

/// <summary>What every graph must be before its parts are looked at: complete nodes, each tensor made once, nothing that waits for itself.</summary>
internal static class GraphCheck
{
    /// <summary>The fewest inputs of operators that are read by position; any other needs none.</summary>
    private static readonly Dictionary<string, int> Inputs = new(StringComparer.Ordinal)
    {
        ["Gather"] = 2, ["GatherND"] = 2, ["GatherElements"] = 2, ["GatherBlockQuantized"] = 3, ["Slice"] = 1, ["Reshape"] = 1,
        ["Flatten"] = 1, ["Squeeze"] = 1, ["Unsqueeze"] = 1, ["Identity"] = 1, ["Cast"] = 1, ["Transpose"] = 1, ["Where"] = 3,
        ["MatMul"] = 2, ["FusedMatMul"] = 2, ["Gemm"] = 2, ["MatMulNBits"] = 3, ["MatMulBnb4"] = 3, ["MatMulInteger"] = 2,
        ["MatMulIntegerToFloat"] = 4, ["DynamicQuantizeMatMul"] = 3, ["DynamicQuantizeLinear"] = 1, ["QuantizeLinear"] = 2,
        ["DequantizeLinear"] = 2, ["Add"] = 2, ["Sub"] = 2, ["Mul"] = 2, ["Div"] = 2, ["Tanh"] = 1, ["Clip"] = 1, ["Min"] = 1, ["Max"] = 1,
        ["SkipLayerNormalization"] = 3, ["SkipSimplifiedLayerNormalization"] = 3,
    };

    /// <summary>What is wrong with a graph; <see langword="null"/> if nothing is.</summary>
    public static string? Problem(GraphIndex index)
    {
        var made = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in index.Graph.Node)
        {
            if (node.OpType.Length == 0 || node.Output.Count == 0 || node.Output[0].Length == 0)
                return $"the node '{node.Display()}' has no {(node.OpType.Length == 0 ? "operator" : "output")}: the file is damaged. Download or export it again.";
            if (Inputs.TryGetValue(node.OpType, out var least) && node.Input.Count(input => input.Length > 0) < least)
                return $"{node.OpType} '{node.Display()}' has {node.Input.Count} inputs; expected at least {least}: the file is damaged. Download or export it again.";
            foreach (var output in node.Output.Where(output => output.Length > 0 && !made.Add(output)))
                return $"the tensor '{output}' is made twice, the second time by {node.OpType} '{node.Display()}': the file is damaged. Export it again.";
        }

        return Circle(index);
    }

    private static string? Circle(GraphIndex index)
    {
        var ordered = NodeOrder.Of(index);
        if (ordered.Count == index.Graph.Node.Count)
            return null;
        var known = ordered.ToHashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        var waiting = index.Graph.Node.First(node => !known.Contains(node));
        return $"{waiting.OpType} '{waiting.Display()}' waits for its own result: the file is damaged. Download or export it again.";
    }
}
