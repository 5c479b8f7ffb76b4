using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Tests;

/// <content>Which positions reach the head, the head, and what follows it.</content>
internal sealed partial class MadeUpDecoder
{
    private void Finish(string x, string table)
    {
        x = _form.Pruning switch
        {
            "Scalar" => _graph.Node("Unsqueeze", [_graph.Node("Gather", [x, _graph.Initializer("last", [-1L])], null, ("axis", 1L)), _graph.Integers(1)]),
            "ScalarAfter" => _graph.Node("Gather", [x, _graph.Initializer("last", [-1L])], null, ("axis", 1L)),
            "Slice" => _graph.Node("Slice", [x, _graph.Integers(-1), _graph.Integers(long.MaxValue), _graph.Integers(1)]),
            "KeepInput" => _graph.Node("Slice",
                [x, _graph.Node("Neg", [_graph.Input("num_logits_to_keep", ElementType.Int64, 1)]), _graph.Integers(long.MaxValue), _graph.Integers(1)]),
            _ => x,
        };
        x = Head(x, table);
        if (_form.Pruning == "ScalarAfter")
            x = _graph.Node("Unsqueeze", [x, _graph.Integers(1)]);
        if (_form.Bias)
            x = _graph.Node("Add", [x, Weight("bias", Vocabulary)]);
        if (_form.LogitScale)
            x = _graph.Node("Mul", [x, _graph.Scalar(0.0625f)]);
        if (_form.SoftCap)
            x = _graph.Node("Mul", [_graph.Node("Tanh", [_graph.Node("Div", [x, _graph.Scalar(3)])]), _graph.Scalar(3)]);
        if (_form.Masked)
            x = _graph.Node("Where", [_graph.Node("Less", [_graph.Initializer("columns", [.. Enumerable.Range(0, Vocabulary).Select(i => (long)i)], Vocabulary), _graph.Initializer("real", [10L])]), x, _graph.Scalar(-1e4f)]);
        if (_form.MaskedFirst)
            x = _graph.Node("Where", [Truths("logits_mask", 2, Vocabulary), _graph.Scalar(-1e4f), x]);
        if (_form.Pruning == "AfterHead")
            x = _graph.Node("Slice", [x, _graph.Integers(-1), _graph.Integers(long.MaxValue), _graph.Integers(1)]);
        if (_form.CastToDouble)
            x = _graph.Node("Cast", [x], null, ("to", ElementType.Float64));
        _graph.Node("Identity", [x], "logits");
        _graph.Output("logits", _form.Half ? ElementType.Float16 : _form.CastToDouble ? ElementType.Float64 : ElementType.Float32, "b", _form.Pruning is null or "KeepInput" ? "s" : 1, Vocabulary);
    }

    private string Head(string x, string table) => _form.Head switch
    {
        "Gemm" => Unflatten(_graph.Node("Gemm", [Flatten(x), Weight("head", Hidden, Vocabulary), Weight("head.c", Vocabulary)])),
        "GemmTransposed" => Unflatten(_graph.Node("Gemm", [Flatten(x), Weight("head", Vocabulary, Hidden)], null, ("transB", 1L))),
        "Tied" => _graph.Node("MatMul", [x, _graph.Node("Transpose", [table], null, ("perm", new long[] { 1, 0 }))]),
        "TiedHalf" => _graph.Node("MatMul", [x, _graph.Node("Transpose", [Singles(table)], null, ("perm", new long[] { 1, 0 }))]),
        "Blocked" => _graph.Node("MatMul", [x, _graph.Node("Transpose", [_graph.Node("Reshape",
            [_graph.Node("DequantizeLinear", [Bytes("head", Vocabulary, 2, Hidden / 2), _graph.Scalar(0.02f)]), _graph.Integers(Vocabulary, Hidden)])], null, ("perm", new long[] { 1, 0 }))]),
        "FusedMatMul" => _graph.Node("com.microsoft::FusedMatMul", [x, Weight("head", Vocabulary, Hidden)], null, ("transB", 1L)),
        "Dequantized" => _graph.Node("MatMul", [x, _graph.Node("DequantizeLinear", [Bytes("head", Hidden, Vocabulary), _graph.Scalar(0.02f)])]),
        _ => _graph.Node("MatMul", [x, ProductWeight("head", Hidden, Vocabulary)]),
    };

    private string Flatten(string x) => _graph.Node("Reshape", [x, _graph.Integers(-1, Hidden)]);

    private string Unflatten(string x) =>
        _graph.Node("Reshape", [x, _form.Pruning is null
            ? _graph.Node("Concat", [_graph.Node("Shape", ["input_ids"]), _graph.Integers(Vocabulary)], null, ("axis", 0L))
            : _graph.Integers(-1, 1, Vocabulary)]);

    private string Truths(string name, int places, int count)
    {
        _graph.Current.Graph.Initializer.Add(Protos.Tensor(name, ElementType.Boolean, [.. Enumerable.Range(0, count).Select(i => (byte)(i >= count - places ? 1 : 0))], count));
        return name;
    }
}
