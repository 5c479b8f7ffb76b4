using SafeSwitch.Onnx.Graphs;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Probes;

/// <summary>The nodes of one network in a probe graph; the counterpart of <see cref="NetworkPass"/>.</summary>
internal sealed class MemberNodes(
    GraphBuilder graph, PositionNodes positions, SharedTrunk shared, TrainedMember member, int width, string name)
{
    /// <summary>Below any token score, and finite, so that products with 0 stay numbers.</summary>
    public const float FarBelow = -1e9f;

    private readonly NetworkShape shape = member.Shape;

    /// <summary>Adds the nodes.</summary>
    /// <returns>The log-odds, [batch, 1].</returns>
    public string Add()
    {
        string[] inputs = [.. member.Design.Layers.Select(Input)];
        var below = shape.Layers.Count == 0 ? null : Trunk(inputs);
        var values = Scores(inputs, below, "values", shape.Values, member.Scale);
        var pooled = member.Design.Pooling switch
        {
            ProbePooling.Last or ProbePooling.MeanState => values,
            ProbePooling.Mean => Divide(Sum(graph.Node("Mul", [values, positions.Mask]))),
            ProbePooling.Attention => Attention(values, Scores(inputs, below, "queries", shape.Queries, 1)),
            ProbePooling.MultiMax => IfAny(Largest(graph.Node("Where", [positions.Counts, values, graph.Scalar(FarBelow)]), 1)),
            ProbePooling.Rolling => IfAny(Rolling(values)),
            var other => throw new NotSupportedException($"No graph for pooling {other}."),
        };

        var logit = pooled;
        if (shape.Heads > 1)
            logit = graph.Node("ReduceSum", [pooled, graph.Integers(1)], null, ("keepdims", 1L));
        return graph.Node("Add", [logit, graph.Scalar(member.Scale * member.Weights[shape.Bias] + member.Offset)]);
    }

    // [batch, sequence, width], or [batch, width] where one state is scored.
    private string Input(string layer) => member.Design.Pooling switch
    {
        ProbePooling.Last => graph.Node("Gather", [layer, graph.Initializer($"{name}.{layer}.last", [-1L])], null, ("axis", 1L)),
        ProbePooling.MeanState => Divide(Sum(graph.Node("Mul", [layer, positions.Mask]))),
        _ => layer,
    };

    private string Trunk(string[] inputs)
    {
        var above = shared.Of(member) ?? graph.Node("Relu", [States(inputs, "hidden_0", FoldedLayer.First(member))]);
        for (var i = 1; i < shape.Layers.Count; i++)
        {
            var layer = shape.Layers[i];
            var product = graph.Node("MatMul",
                [above, Weights($"hidden_{i}.weight", member.Weights.AsSpan(layer.Weights, layer.In * layer.Out), layer.In, layer.Out)]);
            var biased = graph.Node("Add",
                [product, graph.Initializer($"{name}.hidden_{i}.bias", member.Weights.AsSpan(layer.Biases, layer.Out), layer.Out)]);
            above = graph.Node("Relu", [biased]);
        }

        return above;
    }

    private string Scores(string[] inputs, string? below, string role, int offset, float scale)
    {
        var weights = member.Weights.AsSpan(offset, shape.Last * shape.Heads).ToArray();
        foreach (ref var weight in weights.AsSpan())
            weight *= scale;
        return below is null
            ? States(inputs, role, FoldedLayer.Of(member, weights, new float[shape.Heads]))
            : graph.Node("MatMul", [below, Weights($"{role}.weight", weights, shape.Last, shape.Heads)]);
    }

    // States of several layers are multiplied one by one, which saves putting them side by side.
    private string States(string[] inputs, string role, FoldedLayer layer)
    {
        var columns = layer.Biases.Length;
        var sum = graph.Initializer($"{name}.{role}.bias", layer.Biases, columns);
        for (var i = 0; i < inputs.Length; i++)
        {
            var part = Weights($"{role}.weight_{i}", layer.Weights.AsSpan(i * width * columns, width * columns), width, columns);
            sum = graph.Node("Add", [graph.Node("MatMul", [inputs[i], part]), sum]);
        }

        return sum;
    }

    private string Attention(string values, string queries)
    {
        var weights = graph.Node("Softmax", [graph.Node("Add", [queries, positions.Penalty])], null, ("axis", 1L));
        return IfAny(Sum(graph.Node("Mul", [weights, values])));
    }

    // Positions that don't count are closed up, so that a window holds consecutive content even across turns. Then the mean over
    // the window that ends at a slot is an average pool padded on the left; a row shorter than the window has one window, all of it.
    private string Rolling(string values)
    {
        var window = graph.Scalar(shape.Window);
        var heads = graph.Integers(1, 1, shape.Heads);
        var slots = graph.Node("Concat",
        [
            graph.Node("Slice", [positions.Shape, graph.Integers(0), graph.Integers(1)]),
            graph.Node("Add", [positions.Length, graph.Integers(1)]),
            graph.Integers(shape.Heads),
        ], null, ("axis", 0L));
        var closed = graph.Node("ScatterElements",
            [graph.Node("Expand", [graph.Scalar(0), slots]), graph.Node("Expand", [positions.Rank, heads]), values], null, ("axis", 1L));
        var perHead = graph.Node("Transpose", [closed], null, ("perm", new long[] { 0, 2, 1 }));
        var means = shape.Window == 1 ? perHead : graph.Node("AveragePool", [perHead], null,
            ("kernel_shape", new long[] { shape.Window }), ("pads", new long[] { shape.Window - 1, 0 }), ("count_include_pad", 1L));

        var width = graph.Node("Unsqueeze", [graph.Node("Min", [positions.Divisor, window]), graph.Integers(2)]);
        var scaled = graph.Node("Mul", [means, graph.Node("Div", [window, width])]);
        var full = graph.Node("And",
        [
            graph.Node("Greater", [positions.Slots, graph.Node("Sub", [width, graph.Scalar(1.5f)])]),
            graph.Node("Less", [positions.Slots, graph.Node("Unsqueeze", [positions.Count, graph.Integers(2)])]),
        ]);
        return Largest(graph.Node("Where", [full, scaled, graph.Scalar(FarBelow)]), 2);
    }

    private string Weights(string role, ReadOnlySpan<float> values, int rows, int columns) =>
        graph.Initializer($"{name}.{role}", values, rows, columns);

    private string Sum(string perPosition) => graph.Node("ReduceSum", [perPosition, graph.Integers(1)], null, ("keepdims", 0L));

    private string Largest(string scores, long axis) =>
        graph.Node("ReduceMax", [scores, graph.Integers(axis)], null, ("keepdims", 0L));

    private string Divide(string sum) => graph.Node("Div", [sum, positions.Divisor]);

    private string IfAny(string pooled) => graph.Node("Where", [positions.Any, pooled, graph.Scalar(0)]);
}
