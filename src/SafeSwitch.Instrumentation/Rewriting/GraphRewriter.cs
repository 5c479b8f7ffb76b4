using SafeSwitch.Instrumentation.Analysis;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Rewriting;

/// <summary>Edits of a graph that keep it whole.</summary>
internal static class GraphRewriter
{
    /// <summary>Gives a tensor another name wherever it is made, read or described, subgraphs included.</summary>
    public static void Rename(GraphProto graph, string from, string to)
    {
        foreach (var node in graph.Node)
        {
            Replace(node.Output, from, to);
            Reroute(node, from, to);
        }

        foreach (var value in graph.ValueInfo.Concat(graph.Output).Where(value => value.Name == from))
            value.Name = to;
    }

    /// <summary>Makes a node read one tensor in the place of another.</summary>
    public static void Reroute(NodeProto node, string from, string to)
    {
        Replace(node.Input, from, to);
        foreach (var attribute in node.Attribute)
        {
            if (attribute.G is not null)
                Rename(attribute.G, from, to);
            foreach (var graph in attribute.Graphs)
                Rename(graph, from, to);
        }
    }

    public static void InsertBefore(GraphProto graph, NodeProto place, params IEnumerable<NodeProto> nodes) =>
        Insert(graph, graph.Node.IndexOf(place), nodes);

    public static void InsertAfter(GraphProto graph, NodeProto place, params IEnumerable<NodeProto> nodes) =>
        Insert(graph, graph.Node.IndexOf(place) + 1, nodes);

    /// <summary>Takes out a node that only hands its first input on, so that its readers read that input.</summary>
    public static void Bypass(GraphProto graph, NodeProto node, string? input = null)
    {
        input ??= node.Input[0];
        var output = node.Output[0];
        graph.Node.Remove(node);
        if (graph.Output.Any(candidate => candidate.Name == output))
            (input, output) = (output, input);
        Keep(graph.ValueInfo, value => value.Name != output);
        Rename(graph, output, input);
    }

    /// <summary>Drops what no output needs: nodes, then the weights and replaceable weights that only they read.</summary>
    public static void RemoveUnused(GraphProto graph)
    {
        var index = new GraphIndex(graph);
        var needed = new HashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        var tensors = new HashSet<string>(graph.Output.Select(output => output.Name), StringComparer.Ordinal);
        var open = new Stack<string>(tensors);
        while (open.TryPop(out var tensor))
        {
            if (index.Producer(tensor) is not { } node || !needed.Add(node))
                continue;
            foreach (var input in GraphIndex.Inputs(node).Where(tensors.Add))
                open.Push(input);
        }

        var weights = graph.Initializer.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
        Keep(graph.Node, needed.Contains);
        Keep(graph.Input, input => tensors.Contains(input.Name) || !weights.Contains(input.Name));
        Keep(graph.Initializer, tensor => tensors.Contains(tensor.Name));
        Keep(graph.ValueInfo, value => tensors.Contains(value.Name));
    }

    /// <summary>Drops what doesn't match.</summary>
    public static void Keep<T>(Google.Protobuf.Collections.RepeatedField<T> items, Func<T, bool> keep)
    {
        var kept = items.Where(keep).ToList();
        items.Clear();
        items.AddRange(kept);
    }

    private static void Insert(GraphProto graph, int at, IEnumerable<NodeProto> nodes)
    {
        foreach (var node in nodes)
            graph.Node.Insert(at++, node);
    }

    private static void Replace(Google.Protobuf.Collections.RepeatedField<string> names, string from, string to)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (names[i] == from)
                names[i] = to;
        }
    }
}
