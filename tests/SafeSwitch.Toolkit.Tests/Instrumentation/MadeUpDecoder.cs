using SafeSwitch.Toolkit.Graphs;

namespace SafeSwitch.Toolkit.Tests.Instrumentation;

/// <summary>
/// Writes a small decoder of a given form, with random weights and a growing cache. Its attention is one head without causal mask:
/// enough for every path that a real one has. The residual stream is known by name, so that what the tool finds can be checked.
/// </summary>
internal sealed class MadeUpDecoder
{
    public const int Hidden = 8, Vocabulary = 12, Layers = 2;

    private readonly DecoderForm _form;
    private readonly GraphBuilder _graph;
    private readonly Random _random = new(5);
    private readonly List<string> _weights = [];

    private MadeUpDecoder(DecoderForm form)
    {
        _form = form;
        _graph = new GraphBuilder("decoder", form.Opset).Import("com.microsoft", 1);
    }

    /// <summary>Names of the states that enter each layer, then of the final one.</summary>
    public List<string> States { get; } = [];

    public static (ModelProto Model, IReadOnlyList<string> States) Make(DecoderForm form)
    {
        var decoder = new MadeUpDecoder(form);
        var model = decoder.Build();
        if (form.OldFormat)
        {
            model.IrVersion = 3;
            foreach (var tensor in model.Graph.Initializer)
                model.Graph.Input.Add(Protos.Value(tensor.Name, (ElementType)tensor.DataType, tensor.Dims.Select(dim => (Dim)dim)));
        }

        return (model, decoder.States);
    }

    private ModelProto Build()
    {
        var ids = _graph.Input("input_ids", ElementType.Int64, "b", "s");
        if (!_form.Maskless)
            _graph.Input("attention_mask", ElementType.Int64, "b", "t");
        var table = Weight("embedding", Vocabulary, Hidden);
        var x = _graph.Node("Gather", [table, ids]);
        if (_form.ScaledEmbeddings)
            x = _graph.Node("Mul", [x, _graph.Scalar(2.5f)]);
        if (_form.LearnedPositions)
            x = _graph.Node("Add", [x, _graph.Node("Gather", [Weight("positions", 64, Hidden), Positions(x)])]);
        string? pending = null;
        for (var layer = 0; layer < Layers; layer++)
            (x, pending) = Layer(x, pending, layer);
        var final = pending is null ? Norm(x, "final") : Skip(x, pending, "final").Normalized;
        if (_form.PostNorm)
            final = x;
        if (_form.Views)
            final = View(final);
        States.Add(final);
        Finish(final, table);
        return _graph.Build();
    }

    private (string X, string? Pending) Layer(string x, string? pending, int layer)
    {
        if (_form.Norm == "Skip")
            return FusedLayer(x, pending, layer);
        States.Add(x);
        if (_form.PostNorm)
        {
            x = Norm(_graph.Node("Add", [x, Attention(x, layer)]), $"{layer}.a");
            return (Norm(_graph.Node("Add", [x, Mlp(x, layer)]), $"{layer}.b"), null);
        }

        var normalized = Norm(x, $"{layer}.a");
        var attention = Attention(normalized, layer);
        if (_form.Parallel is { } order)
        {
            var mlp = Mlp(normalized, layer);
            return (order == "attention first"
                ? _graph.Node("Add", [_graph.Node("Add", [attention, mlp]), x])
                : _graph.Node("Add", [attention, _graph.Node("Add", [mlp, x])]), null);
        }

        if (_form.Sandwich)
            attention = Norm(attention, $"{layer}.after_a");
        x = _graph.Node("Add", [x, attention]);
        var feed = Mlp(Norm(x, $"{layer}.b"), layer);
        if (_form.Sandwich)
            feed = Norm(feed, $"{layer}.after_b");
        return (_graph.Node("Add", [x, feed]), null);
    }

    private (string X, string? Pending) FusedLayer(string x, string? pending, int layer)
    {
        var normalized = pending is null ? SimplifiedNorm(x, $"{layer}.a") : "";
        if (pending is not null)
            (normalized, x) = Skip(x, pending, $"{layer}.a");
        States.Add(x);
        (normalized, x) = Skip(x, Attention(normalized, layer), $"{layer}.b");
        return (x, Mlp(normalized, layer));
    }

    private string Attention(string x, int layer)
    {
        string Heads(string name) => _graph.Node("Unsqueeze", [_graph.Node("MatMul", [x, Weight($"{layer}.{name}", Hidden, Hidden)]), _graph.Integers(1)]);
        string Cached(string name)
        {
            var past = _graph.Input($"past_key_values.{layer}.{name}", ElementType.Float32, "b", 1, "p", Hidden);
            var present = _graph.Node("Concat", [past, Heads(name)], $"present.{layer}.{name}", ("axis", 2L));
            return _graph.Output(present, ElementType.Float32, "b", 1, "t", Hidden);
        }

        var key = _graph.Node("Transpose", [Cached("key")], null, ("perm", new long[] { 0, 1, 3, 2 }));
        var weights = _graph.Node("Softmax", [_graph.Node("MatMul", [Heads("query"), key])], null, ("axis", -1L));
        var mixed = _graph.Node("Squeeze", [_graph.Node("MatMul", [weights, Cached("value")]), _graph.Integers(1)]);

        // What exporters do: shapes taken from the stream reach far beyond the layer.
        var shape = _graph.Node("Concat", [_graph.Node("Shape", ["input_ids"]), _graph.Integers(Hidden)], null, ("axis", 0L));
        return _graph.Node("Reshape", [_graph.Node("MatMul", [mixed, Weight($"{layer}.output", Hidden, Hidden)]), shape]);
    }

    private string Mlp(string x, int layer) => _form.Views
        ? _graph.Node("Reshape",
            [
                _graph.Node("Gemm", [_graph.Node("Reshape", [x, _graph.Integers(-1, Hidden)]), Weight($"{layer}.c", Hidden, Hidden), Weight($"{layer}.cb", Hidden)]),
                _graph.Node("Shape", [x]),
            ])
        : _graph.Node("MatMul",
        [_graph.Node("Tanh", [_graph.Node("MatMul", [x, Weight($"{layer}.up", Hidden, 16)])]), Weight($"{layer}.down", 16, Hidden)]);

    /// <summary>A reshape to the shape it has, computed as exporters write it.</summary>
    private string View(string x)
    {
        string Dimension(long axis) => _graph.Node("Unsqueeze",
            [_graph.Node("Gather", [_graph.Node("Shape", [x]), _graph.Initializer($"view.{axis}.{_weights.Count}.{x}", [axis])]), _graph.Integers(0)]);
        return _graph.Node("Reshape", [x, _graph.Node("Concat", [_graph.Integers(-1), Dimension(1), Dimension(2)], null, ("axis", 0L))]);
    }

    private string Norm(string x, string name) => _form.Norm switch
    {
        "LayerNormalization" => _graph.Node("LayerNormalization", [x, Weight(name, Hidden), Weight($"{name}.bias", Hidden)], null, ("axis", -1L)),
        "Rms" => PlainNorm(x, name),
        _ => SimplifiedNorm(x, name),
    };

    private string SimplifiedNorm(string x, string name) => _graph.Node("SimplifiedLayerNormalization", [x, Weight(name, Hidden)], null, ("axis", -1L), ("epsilon", 1e-5f));

    private string PlainNorm(string x, string name)
    {
        var mean = _graph.Node("ReduceMean", [_graph.Node("Pow", [x, _graph.Scalar(2)]), _graph.Integers(-1)]);
        var root = _graph.Node("Sqrt", [_graph.Node("Add", [mean, _graph.Scalar(1e-5f)])]);
        return _graph.Node("Mul", [_graph.Node("Div", [x, root]), Weight(name, Hidden)]);
    }

    private (string Normalized, string Sum) Skip(string x, string added, string name)
    {
        var normalized = _graph.Node("com.microsoft::SkipSimplifiedLayerNormalization", [x, added, Weight(name, Hidden)], null, ("epsilon", 1e-5f));
        var node = _graph.Current.Graph.Node[^1];
        var sum = name == "final" ? "" : normalized + ".sum";
        node.Output.AddRange(sum.Length > 0 ? ["", "", sum] : []);
        return (normalized, sum);
    }

    private string Positions(string x)
    {
        var length = _graph.Node("Gather", [_graph.Node("Shape", [x]), _graph.Initializer("position_axis", [1L])], null, ("axis", 0L));
        return _graph.Node("Range", [_graph.Initializer("position_start", [0L]), length, _graph.Initializer("position_step", [1L])]);
    }

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
        if (_form.SoftCap)
            x = _graph.Node("Mul", [_graph.Node("Tanh", [_graph.Node("Div", [x, _graph.Scalar(3)])]), _graph.Scalar(3)]);
        if (_form.Masked)
            x = _graph.Node("Where", [_graph.Node("Less", [_graph.Initializer("columns", [.. Enumerable.Range(0, Vocabulary).Select(i => (long)i)], Vocabulary), _graph.Initializer("real", [10L])]), x, _graph.Scalar(-1e4f)]);
        if (_form.Pruning == "AfterHead")
            x = _graph.Node("Slice", [x, _graph.Integers(-1), _graph.Integers(long.MaxValue), _graph.Integers(1)]);
        if (_form.CastToDouble)
            x = _graph.Node("Cast", [x], null, ("to", ElementType.Float64));
        _graph.Node("Identity", [x], "logits");
        _graph.Output("logits", _form.CastToDouble ? ElementType.Float64 : ElementType.Float32, "b", _form.Pruning is null or "KeepInput" ? "s" : 1, Vocabulary);
    }

    private string Head(string x, string table) => _form.Head switch
    {
        "Gemm" => Unflatten(_graph.Node("Gemm", [Flatten(x), Weight("head", Hidden, Vocabulary), Weight("head.c", Vocabulary)])),
        "GemmTransposed" => Unflatten(_graph.Node("Gemm", [Flatten(x), Weight("head", Vocabulary, Hidden)], null, ("transB", 1L))),
        "Tied" => _graph.Node("MatMul", [x, _graph.Node("Transpose", [table], null, ("perm", new long[] { 1, 0 }))]),
        "FusedMatMul" => _graph.Node("com.microsoft::FusedMatMul", [x, Weight("head", Vocabulary, Hidden)], null, ("transB", 1L)),
        "Dequantized" => _graph.Node("MatMul", [x, _graph.Node("DequantizeLinear", [Bytes("head", Hidden, Vocabulary), _graph.Scalar(0.02f)])]),
        _ => _graph.Node("MatMul", [x, Weight("head", Hidden, Vocabulary)]),
    };

    private string Flatten(string x) => _graph.Node("Reshape", [x, _graph.Integers(-1, Hidden)]);

    private string Unflatten(string x) =>
        _graph.Node("Reshape", [x, _form.Pruning is null
            ? _graph.Node("Concat", [_graph.Node("Shape", ["input_ids"]), _graph.Integers(Vocabulary)], null, ("axis", 0L))
            : _graph.Integers(-1, 1, Vocabulary)]);

    private string Weight(string name, params long[] dims)
    {
        _weights.Add(name);
        return _graph.Initializer(
            $"weight.{name}.{_weights.Count}", [.. Enumerable.Range(0, (int)dims.Aggregate(1L, (a, b) => a * b)).Select(_ => _random.NextSingle() - 0.5f)], dims);
    }

    private string Bytes(string name, params long[] dims)
    {
        var bytes = new byte[dims.Aggregate(1L, (a, b) => a * b)];
        _random.NextBytes(bytes);
        _graph.Current.Graph.Initializer.Add(Protos.Tensor(name, ElementType.Int8, bytes, dims));
        return name;
    }
}
