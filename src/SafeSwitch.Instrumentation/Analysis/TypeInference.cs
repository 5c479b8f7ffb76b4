using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Analysis;

/// <summary>Element types of tensors that the graph doesn't state, from the operators that make them.</summary>
internal sealed class TypeInference(GraphIndex index, TypeInference? outer = null)
{
    private readonly Dictionary<string, ElementType> types = new(StringComparer.Ordinal);

    public ElementType Of(string tensor)
    {
        if (types.TryGetValue(tensor, out var known))
            return known;
        types[tensor] = ElementType.Undefined;
        return types[tensor] = Stated(tensor) ?? (index.Producer(tensor) is { } node ? Made(node, tensor) : outer?.Of(tensor) ?? ElementType.Undefined);
    }

    private ElementType? Stated(string tensor)
    {
        if (index.Initializer(tensor) is { } initializer)
            return (ElementType)initializer.DataType;
        return index.Value(tensor)?.Type?.TensorType is { ElemType: > 0 } type ? (ElementType)type.ElemType : null;
    }

    private ElementType Made(NodeProto node, string tensor)
    {
        var output = node.Output.IndexOf(tensor);
        return node.OpType switch
        {
            "Cast" => (ElementType)node.Int("to", 0),
            "Constant" => ConstantType(node),
            "ConstantOfShape" => (ElementType)(node.Find("value")?.T?.DataType ?? (int)ElementType.Float32),
            "Shape" or "Size" or "ArgMax" or "ArgMin" or "NonZero" => ElementType.Int64,
            "Equal" or "Less" or "LessOrEqual" or "Greater" or "GreaterOrEqual" or "Not" or "And" or "Or" or "Xor" or "IsNaN" or "IsInf" => ElementType.Boolean,
            "MatMulInteger" or "ConvInteger" => ElementType.Int32,
            "DynamicQuantizeLinear" => output == 1 ? ElementType.Float32 : ElementType.UInt8,
            "DequantizeLinear" => Of(node.InputAt(1)),
            "QuantizeLinear" => node.Input.Count > 2 ? Of(node.InputAt(2)) : ElementType.UInt8,
            "If" or "Loop" or "Scan" => InBody(node, node.OpType == "Loop" ? output + 1 : output), // a loop's body gives its condition first
            "Where" => Of(node.InputAt(1)),
            "GatherBlockQuantized" or "MatMulIntegerToFloat" or "DynamicQuantizeMatMul" => Of(node.InputAt(2)),
            _ => Of(node.Input.FirstOrDefault(input => input.Length > 0) ?? ""),
        };
    }

    private ElementType InBody(NodeProto node, int output) =>
        node.Attribute.FirstOrDefault(attribute => attribute.G is not null)?.G is { } body && output < body.Output.Count
            ? new TypeInference(new GraphIndex(body), this).Of(body.Output[output].Name)
            : ElementType.Undefined;

    private static ElementType ConstantType(NodeProto node) => node switch
    {
        _ when node.Find("value")?.T is { } tensor => (ElementType)tensor.DataType,
        _ when node.Find("value_int") is not null || node.Find("value_ints") is not null => ElementType.Int64,
        _ => ElementType.Float32,
    };
}
