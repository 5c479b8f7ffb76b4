using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Analysis;

/// <summary>What may be between the states of all positions and the head, and between the head and the logits.</summary>
internal static class HeadPath
{
    /// <summary>Whether a node picks positions.</summary>
    public static bool Selects(NodeProto node) => node.OpType is "Gather" or "GatherND" or "GatherElements" or "Slice";

    /// <summary>Whether a node picks along the last dimension: hidden units or tokens, not positions.</summary>
    public static bool Narrows(NodeProto node, Constants constants) => node.OpType switch
    {
        "Gather" or "GatherElements" => node.Int("axis", 0) is -1 or 2,
        "Slice" => (node.Find("axes")?.Ints ?? constants.Integers(node.InputAt(3)) ?? []).Any(axis => axis is -1 or 2),
        _ => false,
    };

    /// <summary>Whether a node may merge batch and positions into one dimension, or part them again.</summary>
    public static bool Reshapes(NodeProto node) => node.OpType is "Reshape" or "Flatten";

    /// <summary>Whether a node only moves values about, or casts them.</summary>
    public static bool Carries(NodeProto node) =>
        Selects(node) || Reshapes(node) || node.OpType is "Squeeze" or "Unsqueeze" or "Identity" or "Cast";

    /// <summary>Whether a node may be between the head and the logits: element by element, with one computed operand.</summary>
    public static bool Transforms(NodeProto node) =>
        Carries(node) || node.OpType is "Add" or "Sub" or "Mul" or "Div" or "Tanh" or "Where" or "Clip" or "Min" or "Max";

    /// <summary>Dimensions of what a path makes of <c>[batch, sequence, hidden]</c>.</summary>
    /// <param name="path">The nodes in order.</param>
    /// <param name="constants">The graph's constants.</param>
    /// <param name="reshaped">What a reshape to a computed shape gives, where the shape doesn't tell.</param>
    public static int Rank(IEnumerable<NodeProto> path, Constants constants, int reshaped) => path.Aggregate(3, (rank, node) => node.OpType switch
    {
        // A position chosen by a scalar index loses its dimension.
        "Gather" => rank - 1 + (constants.Shape(node.InputAt(1))?.Count ?? 1),
        "Squeeze" => rank - 1,
        "Unsqueeze" => rank + 1,
        "Flatten" => 2,
        "Reshape" => (int?)constants.Length(node.InputAt(1)) ?? reshaped,
        _ => rank,
    });
}
