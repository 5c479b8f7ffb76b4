using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Analysis;

/// <summary>A graph's tensors by name: who makes them, who reads them, what is constant. Made again after an edit.</summary>
internal sealed class GraphIndex
{
    private readonly Dictionary<string, NodeProto> producers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<NodeProto>> consumers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorProto> initializers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ValueInfoProto> values = new(StringComparer.Ordinal);
    private readonly HashSet<string> inputs = new(StringComparer.Ordinal);

    public GraphIndex(GraphProto graph)
    {
        Graph = graph;
        foreach (var tensor in graph.Initializer)
            initializers.TryAdd(tensor.Name, tensor);
        foreach (var input in graph.Input.Where(input => !initializers.ContainsKey(input.Name)))
            inputs.Add(input.Name);
        foreach (var value in graph.Input.Concat(graph.Output).Concat(graph.ValueInfo))
            values.TryAdd(value.Name, value);
        foreach (var node in graph.Node)
        {
            foreach (var output in node.Output.Where(output => output.Length > 0))
                producers.TryAdd(output, node);
            foreach (var input in Inputs(node))
            {
                if (!consumers.TryGetValue(input, out var readers))
                    consumers[input] = readers = [];
                readers.Add(node);
            }
        }
    }

    public GraphProto Graph { get; }

    public NodeProto? Producer(string tensor) => producers.GetValueOrDefault(tensor);

    public IReadOnlyList<NodeProto> Consumers(string tensor) => consumers.TryGetValue(tensor, out var readers) ? readers : [];

    public TensorProto? Initializer(string tensor) => initializers.GetValueOrDefault(tensor);

    public ValueInfoProto? Value(string tensor) => values.GetValueOrDefault(tensor);

    /// <summary>Whether the caller must feed the tensor.</summary>
    public bool IsInput(string tensor) => inputs.Contains(tensor);

    public bool IsOutput(string tensor) => Graph.Output.Any(output => output.Name == tensor);

    public bool Exists(string tensor) => producers.ContainsKey(tensor) || initializers.ContainsKey(tensor) || inputs.Contains(tensor);

    /// <summary>A name that no tensor has yet: the stem, or the stem with a number.</summary>
    public string Unused(string stem)
    {
        var name = stem;
        for (var i = 1; Exists(name); i++)
            name = $"{stem}.{i}";
        return name;
    }

    /// <summary>Every tensor that a node reads, those that its subgraphs capture included.</summary>
    public static IEnumerable<string> Inputs(NodeProto node) => node.Input.Concat(Captured(node)).Where(input => input.Length > 0).Distinct();

    private static IEnumerable<string> Captured(NodeProto node) => node.Attribute.SelectMany(Subgraphs).SelectMany(Captured);

    private static IEnumerable<string> Captured(GraphProto graph)
    {
        var own = graph.Input.Select(input => input.Name)
            .Concat(graph.Initializer.Select(tensor => tensor.Name))
            .Concat(graph.Node.SelectMany(node => node.Output))
            .ToHashSet(StringComparer.Ordinal);
        return graph.Node.SelectMany(Inputs).Concat(graph.Output.Select(output => output.Name)).Where(name => !own.Contains(name));
    }

    private static IEnumerable<GraphProto> Subgraphs(AttributeProto attribute) =>
        attribute.G is null ? attribute.Graphs : attribute.Graphs.Prepend(attribute.G);
}
