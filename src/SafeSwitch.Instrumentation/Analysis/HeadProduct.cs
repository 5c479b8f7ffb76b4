using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Analysis;

/// <summary>A product of computed states with a constant weight, in any of the forms that exporters write it.</summary>
/// <param name="Node">The product.</param>
/// <param name="Kind">Its form.</param>
/// <param name="Last">What gives the result: the node itself, or the scaling of an integer product.</param>
/// <param name="Input">The states it reads, before quantisation.</param>
/// <param name="Weight">The constant.</param>
/// <param name="Size">Rows and columns of the weight, where its shape is known.</param>
internal sealed record HeadProduct(NodeProto Node, HeadKind Kind, NodeProto Last, string Input, string Weight, (int Hidden, int Vocabulary)? Size)
{
    /// <summary>Nodes that pick positions after the states were quantised.</summary>
    public IReadOnlyList<NodeProto> Picks { get; private init; } = [];

    /// <summary>The product that ends at a node; <see langword="null"/> if none does.</summary>
    public static HeadProduct? Match(NodeProto node, GraphIndex index, Constants constants) => node.OpType switch
    {
        "MatMul" or "FusedMatMul" when Fits(node, constants) && node.Int("transA", 0) == 0 =>
            Plain(node, HeadKind.MatMul, constants, node.Int("transB", 0) != 0),
        "Gemm" when Fits(node, constants) && node.Int("transA", 0) == 0 =>
            Plain(node, HeadKind.Gemm, constants, node.Int("transB", 0) != 0),
        "MatMulNBits" or "MatMulBnb4" when Fits(node, constants) =>
            new HeadProduct(node, HeadKind.BlockQuantized, node, node.Input[0], node.Input[1], ((int)node.Int("K", 0), (int)node.Int("N", 0))),
        "DynamicQuantizeMatMul" when Fits(node, constants) =>
            Plain(node, HeadKind.DynamicallyQuantized, constants, transposed: false),
        "MatMulIntegerToFloat" when Fits(node, constants) => Quantized(node, index, constants),
        "Mul" => node.Input.Select(operand => Integer(node, operand, index, constants)).FirstOrDefault(product => product is not null),
        _ => null,
    };

    private static bool Fits(NodeProto node, Constants constants) =>
        node.Input.Count >= 2 && !constants.IsConstant(node.Input[0]) && constants.IsConstant(node.Input[1]);

    private static HeadProduct Plain(NodeProto node, HeadKind kind, Constants constants, bool transposed) =>
        new(node, kind, node, node.Input[0], node.Input[1], constants.Shape(node.Input[1]) is not [var rows, var columns]
            ? null
            : transposed ? ((int)columns, (int)rows) : ((int)rows, (int)columns));

    /// <summary>DynamicQuantizeLinear, MatMulInteger, Cast, then Mul by both scales.</summary>
    private static HeadProduct? Integer(NodeProto scaled, string operand, GraphIndex index, Constants constants)
    {
        if (index.Producer(operand) is not { OpType: "Cast" } cast
            || index.Producer(cast.Input[0]) is not { OpType: "MatMulInteger" } product
            || !Fits(product, constants)
            || Quantized(product, index, constants) is not { } found)
        {
            return null;
        }

        return found with { Last = scaled };
    }

    private static HeadProduct? Quantized(NodeProto product, GraphIndex index, Constants constants)
    {
        var picks = new List<NodeProto>();
        var maker = index.Producer(product.Input[0]);
        while (maker is not null && HeadPath.Selects(maker))
        {
            picks.Insert(0, maker);
            maker = index.Producer(maker.Input[0]);
        }

        return maker is { OpType: "DynamicQuantizeLinear" }
            ? Plain(product, HeadKind.DynamicallyQuantized, constants, transposed: false) with { Input = maker.Input[0], Picks = picks }
            : null;
    }
}
