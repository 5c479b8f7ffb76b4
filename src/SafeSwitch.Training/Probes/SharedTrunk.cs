using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Training.Probes;

/// <summary>
/// The first layers of all networks that score the tokens of one hidden state, as one product: it is nearly all of a probe's
/// work, and one wide product is cheaper than several narrow ones.
/// </summary>
internal sealed class SharedTrunk
{
    private readonly Dictionary<TrainedMember, string> outputs = [];

    public SharedTrunk(GraphBuilder graph, IReadOnlyList<TrainedMember> members, int width)
    {
        var groups = members
            .Where(m => m.Design.ScoresTokens && m.Design.Layers.Count == 1 && m.Shape.Layers.Count > 0)
            .GroupBy(m => m.Design.Layers[0]);
        foreach (var group in groups)
        {
            var layers = group.Select(m => (Member: m, Layer: FoldedLayer.First(m))).ToArray();
            var columns = layers.Sum(l => l.Layer.Biases.Length);
            var weights = new float[width * columns];
            var first = 0;
            foreach (var (_, layer) in layers)
            {
                var own = layer.Biases.Length;
                for (var row = 0; row < width; row++)
                    layer.Weights.AsSpan(row * own, own).CopyTo(weights.AsSpan(row * columns + first));
                first += own;
            }

            var product = graph.Node("MatMul", [group.Key, graph.Initializer($"{group.Key}.trunk.weight", weights, width, columns)]);
            var bias = graph.Initializer($"{group.Key}.trunk.bias", [.. layers.SelectMany(l => l.Layer.Biases)], columns);
            var hidden = graph.Node("Relu", [graph.Node("Add", [product, bias])]);
            first = 0;
            foreach (var (member, layer) in layers)
            {
                var end = first + layer.Biases.Length;
                outputs[member] = layers.Length == 1
                    ? hidden
                    : graph.Node("Slice", [hidden, graph.Integers(first), graph.Integers(end), graph.Integers(2)]);
                first = end;
            }
        }
    }

    /// <summary>A member's first hidden layer, [batch, sequence, hidden], if it is made here.</summary>
    public string? Of(TrainedMember member) => outputs.GetValueOrDefault(member);
}
