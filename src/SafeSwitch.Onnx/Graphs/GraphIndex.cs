namespace SafeSwitch.Onnx.Graphs;

/// <summary>A graph's tensors by name: who makes them, who reads them, what is constant. Made anew after an edit.</summary>
internal sealed class GraphIndex
{
    private readonly Dictionary<string, NodeProto> _producers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<NodeProto>> _consumers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorProto> _initializers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ValueInfoProto> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _inputs = new(StringComparer.Ordinal);

    public GraphIndex(GraphProto graph)
    {
        Graph = graph;
        foreach (var tensor in graph.Initializer)
            _initializers.TryAdd(tensor.Name, tensor);
        foreach (var input in graph.Input.Where(input => !_initializers.ContainsKey(input.Name)))
            _inputs.Add(input.Name);
        foreach (var value in graph.Input.Concat(graph.Output).Concat(graph.ValueInfo))
            _values.TryAdd(value.Name, value);
        foreach (var node in graph.Node)
        {
            foreach (var output in node.Output.Where(output => output.Length > 0))
                _producers.TryAdd(output, node);
            foreach (var input in Inputs(node))
            {
                if (!_consumers.TryGetValue(input, out var readers))
                    _consumers[input] = readers = [];
                readers.Add(node);
            }
        }
    }

    public GraphProto Graph { get; }

    public NodeProto? Producer(string tensor) => _producers.GetValueOrDefault(tensor);

    public IReadOnlyList<NodeProto> Consumers(string tensor) => _consumers.TryGetValue(tensor, out var readers) ? readers : [];

    public TensorProto? Initializer(string tensor) => _initializers.GetValueOrDefault(tensor);

    public ValueInfoProto? Value(string tensor) => _values.GetValueOrDefault(tensor);

    /// <summary>Whether the caller must feed the tensor.</summary>
    public bool IsInput(string tensor) => _inputs.Contains(tensor);

    public bool IsOutput(string tensor) => Graph.Output.Any(output => output.Name == tensor);

    public bool Exists(string tensor) => _producers.ContainsKey(tensor) || _initializers.ContainsKey(tensor) || _inputs.Contains(tensor);

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
