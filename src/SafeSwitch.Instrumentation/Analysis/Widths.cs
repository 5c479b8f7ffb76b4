using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Analysis;

/// <summary>The last dimension of tensors, from what the graph states and from the weights that make them.</summary>
internal sealed class Widths(GraphIndex index, Constants constants)
{
    private readonly Dictionary<string, long?> widths = new(StringComparer.Ordinal);

    /// <summary>How wide a computed tensor is; <see langword="null"/> if the graph doesn't tell.</summary>
    public long? Of(string tensor)
    {
        if (widths.TryGetValue(tensor, out var known))
            return known;
        widths[tensor] = null;
        return widths[tensor] = Stated(tensor) ?? (index.Producer(tensor) is { } node ? Made(node) : null);
    }

    private long? Stated(string tensor) =>
        index.Value(tensor)?.Type?.TensorType?.Shape?.Dim.LastOrDefault() is { } last && Dim.From(last) is { Name: null, Value: > 0 } width ? width.Value : null;

    private long? Made(NodeProto node) => node.OpType switch
    {
        "MatMul" => constants.Shape(node.InputAt(1)) is [_, var columns] ? columns : null,
        "FusedMatMul" or "Gemm" => constants.Shape(node.InputAt(1)) is [var rows, var columns] ? node.Int("transB", 0) != 0 ? rows : columns : null,
        "MatMulNBits" or "MatMulBnb4" => node.Int("N", 0),
        "Gather" when constants.IsConstant(node.InputAt(0)) => constants.Shape(node.InputAt(0)) is [_, var width] ? width : null,
        "Add" or "Sub" or "Mul" or "Div" or "Cast" or "Identity" or "LayerNormalization" or "SimplifiedLayerNormalization" or "RMSNormalization"
            or "SkipLayerNormalization" or "SkipSimplifiedLayerNormalization" =>
            node.Input.Where(input => input.Length > 0 && !constants.IsConstant(input)).Select(Of).FirstOrDefault(width => width is not null),
        _ => null,
    };
}
