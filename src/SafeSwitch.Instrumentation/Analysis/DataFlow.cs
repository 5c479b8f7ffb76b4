using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Analysis;

/// <summary>
/// How values travel from the token embeddings: nodes and tensors in topological order, with what each reads. What only takes a
/// tensor's shape is left out, since masks and positions are made from shapes and would bypass every layer.
/// </summary>
internal sealed class DataFlow
{
    private readonly List<FlowPoint> points = [new(0, null, null)];
    private readonly List<List<int>> sourcesOf = [[]];
    private readonly Dictionary<string, int> tensors = new(StringComparer.Ordinal);
    private readonly int headEnd;

    private DataFlow(DecoderGraph decoder, HashSet<string> embeddings)
    {
        foreach (var node in NodeOrder.Of(decoder.Index))
        {
            var read = GraphIndex.Inputs(node).Where(tensors.ContainsKey).Select(input => tensors[input]).ToList();
            if (read.Count > 0 && TakesShapeOnly(node))
                continue;
            if (read.Count > 0)
            {
                var made = Add(new FlowPoint(points.Count, node.Output[0], IsFusedNorm(node) ? node : null), read);
                foreach (var output in node.Output.Where(output => output.Length > 0))
                    tensors[output] = Add(new FlowPoint(points.Count, output, null), [made]);
            }

            foreach (var output in node.Output.Where(embeddings.Contains))
                tensors[output] = Add(new FlowPoint(points.Count, output, null), [0]);
        }

        headEnd = tensors.GetValueOrDefault(decoder.Head.States, -1);
    }

    /// <summary>The flow, or <see langword="null"/> if the head doesn't depend on an embedding of the input ids.</summary>
    public static DataFlow? From(DecoderGraph decoder)
    {
        var embeddings = Embeddings(decoder);
        return embeddings.Count > 0 && new DataFlow(decoder, embeddings) is { headEnd: >= 0 } flow ? flow : null;
    }

    /// <summary>The places that every path from the embeddings to the head goes through, in order: tensors, and fused norms.</summary>
    public IReadOnlyList<FlowPoint> MeetingPoints()
    {
        var onPath = Reaching(headEnd);
        var furthest = new int[points.Count];
        for (var point = 0; point < points.Count; point++)
        {
            if (onPath[point])
            {
                foreach (var source in sourcesOf[point])
                    furthest[source] = Math.Max(furthest[source], point);
            }
        }

        var meeting = new List<FlowPoint>();
        var reach = 0;
        for (var point = 0; point < points.Count; point++)
        {
            if (!onPath[point])
                continue;
            if (reach <= point && IsPlace(point))
                meeting.Add(points[point]);
            reach = Math.Max(reach, furthest[point]);
        }

        return meeting;
    }

    /// <summary>Everything that a tensor depends on.</summary>
    public IReadOnlySet<FlowPoint> Ancestors(string tensor)
    {
        if (!tensors.TryGetValue(tensor, out var end))
            return new HashSet<FlowPoint>();
        var reaching = Reaching(end);
        return points.Where(point => reaching[point.Order]).ToHashSet();
    }

    /// <summary>A tensor, or a node that stands for the sum inside it.</summary>
    private bool IsPlace(int point) =>
        points[point] is { Name: { } name } place && (place.Node is not null || tensors.GetValueOrDefault(name, -1) == point);

    private bool[] Reaching(int end)
    {
        var reaching = new bool[points.Count];
        reaching[end] = true;
        for (var point = end; point > 0; point--)
        {
            if (reaching[point])
            {
                foreach (var source in sourcesOf[point])
                    reaching[source] = true;
            }
        }

        return reaching;
    }

    private int Add(FlowPoint point, List<int> sources)
    {
        points.Add(point);
        sourcesOf.Add(sources);
        return point.Order;
    }

    private static bool TakesShapeOnly(NodeProto node) => node.OpType is "Shape" or "Size";

    private static bool IsFusedNorm(NodeProto node) => node.OpType is "SkipLayerNormalization" or "SkipSimplifiedLayerNormalization";

    /// <summary>What is looked up in a constant table by the input ids.</summary>
    internal static HashSet<string> Embeddings(DecoderGraph decoder)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal) { decoder.InputIds };
        var open = new Queue<string>(seen);
        while (open.TryDequeue(out var tensor))
        {
            foreach (var node in decoder.Index.Consumers(tensor).Where(node => !TakesShapeOnly(node)))
            {
                if (node.OpType is "Gather" or "GatherBlockQuantized" && node.InputAt(1) == tensor && decoder.Constants.IsConstant(node.Input[0]))
                {
                    found.Add(node.Output[0]);
                }
                else
                {
                    foreach (var output in node.Output.Where(output => output.Length > 0 && seen.Add(output)))
                        open.Enqueue(output);
                }
            }
        }

        return found;
    }
}
