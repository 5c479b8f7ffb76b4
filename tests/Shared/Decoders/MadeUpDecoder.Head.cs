using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Tests;

/// <content>Which positions reach the head, the head, and what follows it.</content>
internal sealed partial class MadeUpDecoder
{
    private void Finish(string x, string table)
    {
        x = form.Pruning switch
        {
            "Scalar" => graph.Node("Unsqueeze", [graph.Node("Gather", [x, graph.Initializer("last", [-1L])], null, ("axis", 1L)), graph.Integers(1)]),
            "ScalarAfter" => graph.Node("Gather", [x, graph.Initializer("last", [-1L])], null, ("axis", 1L)),
            "Slice" => graph.Node("Slice", [x, graph.Integers(-1), graph.Integers(long.MaxValue), graph.Integers(1)]),
            "KeepInput" => graph.Node("Slice",
                [x, graph.Node("Neg", [graph.Input("num_logits_to_keep", ElementType.Int64, 1)]), graph.Integers(long.MaxValue), graph.Integers(1)]),
            _ => x,
        };
        x = Head(x, table);
        if (form.Pruning == "ScalarAfter")
            x = graph.Node("Unsqueeze", [x, graph.Integers(1)]);
        if (form.Bias)
            x = graph.Node("Add", [x, Weight("bias", Vocabulary)]);
        if (form.LogitScale)
            x = graph.Node("Mul", [x, graph.Scalar(0.0625f)]);
        if (form.SoftCap)
            x = graph.Node("Mul", [graph.Node("Tanh", [graph.Node("Div", [x, graph.Scalar(3)])]), graph.Scalar(3)]);
        if (form.Masked)
            x = graph.Node("Where", [graph.Node("Less", [graph.Initializer("columns", [.. Enumerable.Range(0, Vocabulary).Select(i => (long)i)], Vocabulary), graph.Initializer("real", [10L])]), x, graph.Scalar(-1e4f)]);
        if (form.MaskedFirst)
            x = graph.Node("Where", [Truths("logits_mask", 2, Vocabulary), graph.Scalar(-1e4f), x]);
        if (form.Pruning == "AfterHead")
            x = graph.Node("Slice", [x, graph.Integers(-1), graph.Integers(long.MaxValue), graph.Integers(1)]);
        if (form.CastToDouble)
            x = graph.Node("Cast", [x], null, ("to", ElementType.Float64));
        graph.Node("Identity", [x], "logits");
        graph.Output("logits", form.Half ? ElementType.Float16 : form.CastToDouble ? ElementType.Float64 : ElementType.Float32, "b", form.Pruning is null or "KeepInput" ? "s" : 1, Vocabulary);
    }

    private string Head(string x, string table) => form.Head switch
    {
        "Gemm" => Unflatten(graph.Node("Gemm", [Flatten(x), Weight("head", Hidden, Vocabulary), Weight("head.c", Vocabulary)])),
        "GemmTransposed" => Unflatten(graph.Node("Gemm", [Flatten(x), Weight("head", Vocabulary, Hidden)], null, ("transB", 1L))),
        "Tied" => graph.Node("MatMul", [x, graph.Node("Transpose", [table], null, ("perm", new long[] { 1, 0 }))]),
        "TiedHalf" => graph.Node("MatMul", [x, graph.Node("Transpose", [Singles(table)], null, ("perm", new long[] { 1, 0 }))]),
        "Blocked" => graph.Node("MatMul", [x, graph.Node("Transpose", [graph.Node("Reshape",
            [graph.Node("DequantizeLinear", [Bytes("head", Vocabulary, 2, Hidden / 2), graph.Scalar(0.02f)]), graph.Integers(Vocabulary, Hidden)])], null, ("perm", new long[] { 1, 0 }))]),
        "FusedMatMul" => graph.Node("com.microsoft::FusedMatMul", [x, Weight("head", Vocabulary, Hidden)], null, ("transB", 1L)),
        "Dequantized" => graph.Node("MatMul", [x, graph.Node("DequantizeLinear", [Bytes("head", Hidden, Vocabulary), graph.Scalar(0.02f)])]),
        _ => graph.Node("MatMul", [x, ProductWeight("head", Hidden, Vocabulary)]),
    };

    private string Flatten(string x) => graph.Node("Reshape", [x, graph.Integers(-1, Hidden)]);

    private string Unflatten(string x) =>
        graph.Node("Reshape", [x, form.Pruning is null
            ? graph.Node("Concat", [graph.Node("Shape", ["input_ids"]), graph.Integers(Vocabulary)], null, ("axis", 0L))
            : graph.Integers(-1, 1, Vocabulary)]);

    private string Truths(string name, int places, int count)
    {
        graph.Current.Graph.Initializer.Add(Protos.Tensor(name, ElementType.Boolean, [.. Enumerable.Range(0, count).Select(i => (byte)(i >= count - places ? 1 : 0))], count));
        return name;
    }
}
