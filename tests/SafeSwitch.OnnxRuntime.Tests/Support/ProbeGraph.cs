using SafeSwitch.Onnx;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.OnnxRuntime.Tests.Support;

/// <summary>
/// A probe whose score is known beforehand: the sigmoid of the sum of all states, content positions only if asked; over several states,
/// of the last one's.
/// </summary>
internal sealed class ProbeGraph
{
    public string[] HiddenStates { get; init; } = [GraphNames.HiddenStates];

    public int Width { get; init; } = SmallDecoder.Width;

    public bool TakesContentMask { get; init; } = true;

    public bool TakesAttentionMask { get; init; }

    public string Output { get; init; } = GraphNames.Probability;

    public void Save(string path)
    {
        var graph = new GraphBuilder("probe");
        foreach (var name in HiddenStates)
        {
            graph.Input(name, ElementType.Float32, "batch", "sequence", Width);
        }

        var states = HiddenStates[^1];
        if (TakesContentMask)
        {
            states = Masked(graph, states, GraphNames.ContentMask);
        }

        if (TakesAttentionMask)
        {
            states = Masked(graph, states, GraphNames.AttentionMask);
        }

        var sums = graph.Node("ReduceSum", [states, graph.Integers(1, 2)], attributes: ("keepdims", 0L));
        graph.Output(graph.Node("Sigmoid", [graph.Node("Unsqueeze", [sums, graph.Integers(1)])], Output), ElementType.Float32, "batch", 1);
        graph.Save(path);
    }

    private static string Masked(GraphBuilder graph, string states, string mask)
    {
        graph.Input(mask, ElementType.Float32, "batch", "sequence");
        return graph.Node("Mul", [states, graph.Node("Unsqueeze", [mask, graph.Integers(2)])]);
    }
}
