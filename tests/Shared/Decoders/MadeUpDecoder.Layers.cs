using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Tests;

/// <content>Attention, MLP and how they are added to the stream.</content>
internal sealed partial class MadeUpDecoder
{
    private (string X, string? Pending) Layer(string x, string? pending, int layer)
    {
        if (_form.Norm.StartsWith("Skip", StringComparison.Ordinal))
            return FusedLayer(x, pending, layer);
        States.Add(x);
        if (_form.PostNorm)
        {
            x = Norm(_graph.Node("Add", [x, Attention(x, layer)]), $"{layer}.a");
            return (Norm(_graph.Node("Add", [x, Mlp(x, layer)]), $"{layer}.b"), null);
        }

        if (_form.BranchNorm)
        {
            x = _graph.Node("Add", [x, Norm(Attention(x, layer), $"{layer}.a")]);
            return (_graph.Node("Add", [x, Norm(Mlp(x, layer), $"{layer}.b")]), null);
        }

        var normalized = Norm(x, $"{layer}.a");
        var attention = Attention(normalized, layer);
        if (_form.Parallel is { } order)
        {
            var mlp = Mlp(order == "two norms" ? Norm(x, $"{layer}.b") : normalized, layer);
            return (order == "attention first"
                ? _graph.Node("Add", [_graph.Node("Add", [attention, mlp]), x])
                : _graph.Node("Add", [attention, _graph.Node("Add", [mlp, x])]), null);
        }

        if (_form.Sandwich)
            attention = Norm(attention, $"{layer}.after_a");
        x = _form.Branches ? Branch(x, attention) : _graph.Node("Add", [x, attention]);
        var feed = Mlp(Norm(x, $"{layer}.b"), layer);
        if (_form.Sandwich)
            feed = Norm(feed, $"{layer}.after_b");
        return (_graph.Node("Add", [x, feed]), null);
    }

    /// <summary>What the model builder writes: additions fused with the norm after them; of Gemma 2 in half precision, norms and stream in fp32.</summary>
    private (string X, string? Pending) FusedLayer(string x, string? pending, int layer)
    {
        var normalized = "";
        States.Add(x);
        if (pending is not null)
            (normalized, States[^1]) = Skip(x, pending, $"{layer}.a");
        else if (_form.Half)
            normalized = Norm(x = Singles(x), $"{layer}.a");
        else
            normalized = Norm(x, $"{layer}.a");
        x = pending is null ? x : States[^1];
        var attention = Branched(Attention(Product(normalized), layer), $"{layer}.after_a");
        if (_form.Parallel is not null)
            return (x, _graph.Node("Add", [attention, Mlp(normalized, layer)]));
        (normalized, x) = Skip(x, attention, $"{layer}.b");
        return (x, Branched(Mlp(Product(normalized), layer), $"{layer}.after_b"));
    }

    private string Product(string x) => _form.Half ? Halves(x) : x;

    private string Branched(string x, string name) => _form.Sandwich ? Norm(_form.Half ? Singles(x) : x, name) : x;

    /// <summary>The addition twice, in the branches of an If that reads the stream from outside.</summary>
    private string Branch(string x, string added)
    {
        GraphProto Sum(string name) => new()
        {
            Name = name,
            Node = { Protos.Node("Add", [x, added], [name]) },
            Output = { Protos.Value(name, ElementType.Float32, "b", "s", Hidden) },
        };
        var condition = _graph.Node("Greater", [_graph.Node("Size", [x]), _graph.Initializer($"{x}.few", [4L])]);
        var output = _graph.Node("If", [condition]);
        _graph.Current.Graph.Node[^1].Attribute.AddRange(
            [new AttributeProto { Name = "then_branch", G = Sum($"{output}.then"), Type = 5 }, new AttributeProto { Name = "else_branch", G = Sum($"{output}.else"), Type = 5 }]);
        return output;
    }

    private string Attention(string x, int layer)
    {
        string[] parts = ["query", "key", "value"];
        var heads = _form.FusedProducts
            ? Nodes("Split", [_graph.Node("MatMul", [x, ProductWeight($"{layer}.qkv", Hidden, 3 * Hidden)]), _graph.Integers(Hidden, Hidden, Hidden)], 3, ("axis", -1L))
            : [.. parts.Select(part => _graph.Node("MatMul", [x, ProductWeight($"{layer}.{part}", Hidden, Hidden)]))];
        string Heads(string name)
        {
            var head = _graph.Node("Unsqueeze", [heads[Array.IndexOf(parts, name)], _graph.Integers(1)]);
            return _form.HeadNorms && name != "value" ? PlainNorm(head, $"{layer}.{name}") : head;
        }

        string Cached(string name)
        {
            var type = _form.Half ? ElementType.Float16 : ElementType.Float32;
            var past = _graph.Input($"past_key_values.{layer}.{name}", type, "b", 1, "p", Hidden);
            var present = _graph.Node("Concat", [past, Heads(name)], $"present.{layer}.{name}", ("axis", 2L));
            return _graph.Output(present, type, "b", 1, "t", Hidden);
        }

        var key = _graph.Node("Transpose", [Cached("key")], null, ("perm", new long[] { 0, 1, 3, 2 }));
        var weights = _graph.Node("Softmax", [_graph.Node("MatMul", [Heads("query"), key])], null, ("axis", -1L));
        var mixed = _graph.Node("Squeeze", [_graph.Node("MatMul", [weights, Cached("value")]), _graph.Integers(1)]);

        // What exporters do: shapes taken from the stream reach far beyond the layer.
        var shape = _graph.Node("Concat", [_graph.Node("Shape", ["input_ids"]), _graph.Integers(Hidden)], null, ("axis", 0L));
        return _graph.Node("Reshape", [_graph.Node("MatMul", [mixed, ProductWeight($"{layer}.output", Hidden, Hidden)]), shape]);
    }

    private string Mlp(string x, int layer) => _form.Experts ? Experts(x, layer) : _form.Views
        ? _graph.Node("Reshape",
            [
                _graph.Node("Gemm", [_graph.Node("Reshape", [x, _graph.Integers(-1, Hidden)]), Weight($"{layer}.c", Hidden, Hidden), Weight($"{layer}.cb", Hidden)]),
                _graph.Node("Shape", [x]),
            ])
        : Feed(x, $"{layer}");

    private string Feed(string x, string name) => _graph.Node("MatMul",
        [_graph.Node("Tanh", [_graph.Node("MatMul", [x, ProductWeight($"{name}.up", Hidden, 16)])]), ProductWeight($"{name}.down", 16, Hidden)]);

    /// <summary>Two experts, of which a router takes the better.</summary>
    private string Experts(string x, int layer)
    {
        var router = _graph.Node("Softmax", [_graph.Node("MatMul", [x, Weight($"{layer}.router", Hidden, 2)])], null, ("axis", -1L));
        var best = Nodes("TopK", [router, _graph.Integers(1)], 2, ("axis", -1L));
        var none = _graph.Node("ConstantOfShape", [_graph.Node("Shape", [router])]);
        var gates = _graph.Node("ScatterElements", [none, best[1], best[0]], null, ("axis", -1L));
        var gate = Nodes("Split", [gates, _graph.Integers(1, 1)], 2, ("axis", -1L));
        return _graph.Node("Add", [.. gate.Select((weight, expert) => _graph.Node("Mul", [weight, Feed(x, $"{layer}.expert{expert}")]))]);
    }
}
