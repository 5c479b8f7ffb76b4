using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Analysis;

/// <summary>Nodes in an order in which everything is made before it is read.</summary>
internal static class NodeOrder
{
    /// <summary>Sorts a graph's nodes, keeping their order where it is free; nodes on a cycle are left out.</summary>
    public static IReadOnlyList<NodeProto> Of(GraphIndex index)
    {
        var nodes = index.Graph.Node;
        var waiting = new Dictionary<NodeProto, int>(nodes.Count, ReferenceEqualityComparer.Instance);
        var ready = new PriorityQueue<NodeProto, int>();
        var position = new Dictionary<NodeProto, int>(nodes.Count, ReferenceEqualityComparer.Instance);
        for (var i = 0; i < nodes.Count; i++)
        {
            position[nodes[i]] = i;
            waiting[nodes[i]] = GraphIndex.Inputs(nodes[i]).Count(input => index.Producer(input) is not null);
            if (waiting[nodes[i]] == 0)
                ready.Enqueue(nodes[i], i);
        }

        var sorted = new List<NodeProto>(nodes.Count);
        while (ready.TryDequeue(out var node, out _))
        {
            sorted.Add(node);
            foreach (var reader in node.Output.Where(output => output.Length > 0).SelectMany(index.Consumers))
            {
                if (--waiting[reader] == 0)
                    ready.Enqueue(reader, position[reader]);
            }
        }

        return sorted;
    }
}
