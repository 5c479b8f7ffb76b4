using SafeSwitch.Toolkit.Graphs;

namespace SafeSwitch.Toolkit.Instrumentation;

/// <summary>What may lie between the states of all positions and the head, and between the head and the logits.</summary>
internal static class HeadPath
{
    /// <summary>Whether a node picks positions.</summary>
    public static bool Selects(NodeProto node) => node.OpType is "Gather" or "GatherND" or "GatherElements" or "Slice";

    /// <summary>Whether a node merges batch and positions into one dimension.</summary>
    public static bool Flattens(NodeProto node) => node.OpType is "Reshape" or "Flatten";

    /// <summary>Whether a node only moves values about, or casts them.</summary>
    public static bool Carries(NodeProto node) =>
        Selects(node) || Flattens(node) || node.OpType is "Squeeze" or "Unsqueeze" or "Identity" or "Cast";

    /// <summary>Whether a node may stand between the head and the logits: element by element, with one computed operand.</summary>
    public static bool Transforms(NodeProto node) =>
        Carries(node) || node.OpType is "Add" or "Sub" or "Mul" or "Div" or "Tanh" or "Where" or "Clip" or "Min" or "Max";

    /// <summary>Dimensions of what a path makes of <c>[batch, sequence, hidden]</c>.</summary>
    public static int Rank(IEnumerable<NodeProto> path, Constants constants) => path.Aggregate(3, (rank, node) => node.OpType switch
    {
        // A position chosen by a scalar index loses its dimension.
        "Gather" => rank - 1 + (constants.Shape(node.InputAt(1))?.Count ?? 1),
        "Squeeze" => rank - 1,
        "Unsqueeze" => rank + 1,
        "Flatten" => 2,
        "Reshape" => constants.Integers(node.InputAt(1))?.Count ?? 2,
        _ => rank,
    });
}
