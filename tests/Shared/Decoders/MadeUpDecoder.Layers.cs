using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Tests;

/// <content>Attention, MLP and how they are added to the stream.</content>
internal sealed partial class MadeUpDecoder
{
    private (string X, string? Pending) Layer(string x, string? pending, int layer)
    {
        if (form.Norm.StartsWith("Skip", StringComparison.Ordinal))
            return FusedLayer(x, pending, layer);
        States.Add(x);
        if (form.PostNorm)
        {
            x = Norm(graph.Node("Add", [x, Attention(x, layer)]), $"{layer}.a");
            return (Norm(graph.Node("Add", [x, Mlp(x, layer)]), $"{layer}.b"), null);
        }

        if (form.BranchNorm)
        {
            x = graph.Node("Add", [x, Norm(Attention(x, layer), $"{layer}.a")]);
            return (graph.Node("Add", [x, Norm(Mlp(x, layer), $"{layer}.b")]), null);
        }

        var normalized = Norm(x, $"{layer}.a");
        var attention = Attention(normalized, layer);
        if (form.Parallel is { } order)
        {
            var mlp = Mlp(order == "two norms" ? Norm(x, $"{layer}.b") : normalized, layer);
            return (order == "attention first"
                ? graph.Node("Add", [graph.Node("Add", [attention, mlp]), x])
                : graph.Node("Add", [attention, graph.Node("Add", [mlp, x])]), null);
        }

        if (form.Sandwich)
            attention = Norm(attention, $"{layer}.after_a");
        x = form.Branches ? Branch(x, attention) : graph.Node("Add", [x, attention]);
        var feed = Mlp(Norm(x, $"{layer}.b"), layer);
        if (form.Sandwich)
            feed = Norm(feed, $"{layer}.after_b");
        return (graph.Node("Add", [x, feed]), null);
    }

    /// <summary>What the model builder writes: additions fused with the norm after them; of Gemma 2 in half precision, norms and stream in fp32.</summary>
    private (string X, string? Pending) FusedLayer(string x, string? pending, int layer)
    {
        var normalized = "";
        States.Add(x);
        if (pending is not null)
            (normalized, States[^1]) = Skip(x, pending, $"{layer}.a");
        else if (form.Half)
            normalized = Norm(x = Singles(x), $"{layer}.a");
        else
            normalized = Norm(x, $"{layer}.a");
        x = pending is null ? x : States[^1];
        var attention = Branched(Attention(Product(normalized), layer), $"{layer}.after_a");
        if (form.Parallel is not null)
            return (x, graph.Node("Add", [attention, Mlp(normalized, layer)]));
        (normalized, x) = Skip(x, attention, $"{layer}.b");
        return (x, Branched(Mlp(Product(normalized), layer), $"{layer}.after_b"));
    }

    private string Product(string x) => form.Half ? Halves(x) : x;

    private string Branched(string x, string name) => form.Sandwich ? Norm(form.Half ? Singles(x) : x, name) : x;

    /// <summary>The addition twice, in the branches of an If that reads the stream from outside.</summary>
    private string Branch(string x, string added)
    {
        GraphProto Sum(string name) => new()
        {
            Name = name,
            Node = { Protos.Node("Add", [x, added], [name]) },
            Output = { Protos.Value(name, ElementType.Float32, "b", "s", Hidden) },
        };
        var condition = graph.Node("Greater", [graph.Node("Size", [x]), graph.Initializer($"{x}.few", [4L])]);
        var output = graph.Node("If", [condition]);
        graph.Current.Graph.Node[^1].Attribute.AddRange(
            [new AttributeProto { Name = "then_branch", G = Sum($"{output}.then"), Type = 5 }, new AttributeProto { Name = "else_branch", G = Sum($"{output}.else"), Type = 5 }]);
        return output;
    }

    private string Attention(string x, int layer)
    {
        string[] parts = ["query", "key", "value"];
        var heads = form.FusedProducts
            ? Nodes("Split", [graph.Node("MatMul", [x, ProductWeight($"{layer}.qkv", Hidden, 3 * Hidden)]), graph.Integers(Hidden, Hidden, Hidden)], 3, ("axis", -1L))
            : [.. parts.Select(part => graph.Node("MatMul", [x, ProductWeight($"{layer}.{part}", Hidden, Hidden)]))];
        string Heads(string name)
        {
            var head = graph.Node("Unsqueeze", [heads[Array.IndexOf(parts, name)], graph.Integers(1)]);
            return form.HeadNorms && name != "value" ? PlainNorm(head, $"{layer}.{name}") : head;
        }

        string Cached(string name)
        {
            var type = form.Half ? ElementType.Float16 : ElementType.Float32;
            var past = graph.Input($"past_key_values.{layer}.{name}", type, "b", 1, "p", Hidden);
            var present = graph.Node("Concat", [past, Heads(name)], $"present.{layer}.{name}", ("axis", 2L));
            return graph.Output(present, type, "b", 1, "t", Hidden);
        }

        var key = graph.Node("Transpose", [Cached("key")], null, ("perm", new long[] { 0, 1, 3, 2 }));
        var weights = graph.Node("Softmax", [graph.Node("MatMul", [Heads("query"), key])], null, ("axis", -1L));
        var mixed = graph.Node("Squeeze", [graph.Node("MatMul", [weights, Cached("value")]), graph.Integers(1)]);

        // What exporters do: shapes taken from the stream reach far beyond the layer.
        var shape = graph.Node("Concat", [graph.Node("Shape", ["input_ids"]), graph.Integers(Hidden)], null, ("axis", 0L));
        return graph.Node("Reshape", [graph.Node("MatMul", [mixed, ProductWeight($"{layer}.output", Hidden, Hidden)]), shape]);
    }

    private string Mlp(string x, int layer) => form.Experts ? Experts(x, layer) : form.Views
        ? graph.Node("Reshape",
            [
                graph.Node("Gemm", [graph.Node("Reshape", [x, graph.Integers(-1, Hidden)]), Weight($"{layer}.c", Hidden, Hidden), Weight($"{layer}.cb", Hidden)]),
                graph.Node("Shape", [x]),
            ])
        : Feed(x, $"{layer}");

    private string Feed(string x, string name) => graph.Node("MatMul",
        [graph.Node("Tanh", [graph.Node("MatMul", [x, ProductWeight($"{name}.up", Hidden, 16)])]), ProductWeight($"{name}.down", 16, Hidden)]);

    /// <summary>Two experts, of which a router takes the better.</summary>
    private string Experts(string x, int layer)
    {
        var router = graph.Node("Softmax", [graph.Node("MatMul", [x, Weight($"{layer}.router", Hidden, 2)])], null, ("axis", -1L));
        var best = Nodes("TopK", [router, graph.Integers(1)], 2, ("axis", -1L));
        var none = graph.Node("ConstantOfShape", [graph.Node("Shape", [router])]);
        var gates = graph.Node("ScatterElements", [none, best[1], best[0]], null, ("axis", -1L));
        var gate = Nodes("Split", [gates, graph.Integers(1, 1)], 2, ("axis", -1L));
        return graph.Node("Add", [.. gate.Select((weight, expert) => graph.Node("Mul", [weight, Feed(x, $"{layer}.expert{expert}")]))]);
    }
}
