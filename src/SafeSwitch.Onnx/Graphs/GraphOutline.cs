using Google.Protobuf;

namespace SafeSwitch.Onnx.Graphs;

/// <summary>An input or output of a graph.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Type of its numbers; <see cref="ElementType.Undefined"/> if it isn't a tensor.</param>
/// <param name="Dims">Its dimensions, each a number or a name.</param>
public sealed record GraphValue(string Name, ElementType Type, IReadOnlyList<Dim> Dims);

/// <summary>
/// Inputs, outputs and operators of an ONNX graph, read from its file without its weights: a session would read them, and can't be made
/// of a graph for a device that is not there.
/// </summary>
public sealed class GraphOutline
{
    private static readonly MessageParser<ModelOutlineProto> Parser = ModelOutlineProto.Parser.WithDiscardUnknownFields(true);

    private GraphOutline(ModelOutlineProto model)
    {
        var graph = model.Graph;
        var weights = graph.Initializer.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        var values = ByName(graph.Input);
        Inputs = values.Where(v => !weights.Contains(v.Key)).ToDictionary();
        Slots = values.Where(v => weights.Contains(v.Key)).ToDictionary();
        Outputs = ByName(graph.Output);
        var nodes = AllNodes(graph).Concat(model.Functions.SelectMany(f => AllNodes(f.Node))).ToArray();
        Operators = nodes.Select(n => n.OpType).ToHashSet(StringComparer.Ordinal);
        WeightFiles = [.. AllGraphs(graph, nodes).SelectMany(g => g.Initializer.Concat(Tensors(g.SparseInitializer)))
            .Concat(nodes.SelectMany(n => n.Attribute).SelectMany(a => a.Tensors.Append(a.T).Concat(Tensors(a.SparseTensors.Append(a.SparseTensor)))))
            .SelectMany(t => t?.ExternalData ?? []).Where(e => e.Key == "location").Select(e => e.Value).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Inputs that a caller must give, by name.</summary>
    public IReadOnlyDictionary<string, GraphValue> Inputs { get; }

    /// <summary>Weights that a caller may replace, by name: the slots of adapters.</summary>
    public IReadOnlyDictionary<string, GraphValue> Slots { get; }

    /// <summary>Outputs, by name.</summary>
    public IReadOnlyDictionary<string, GraphValue> Outputs { get; }

    /// <summary>The operators that occur, those of subgraphs included.</summary>
    public IReadOnlySet<string> Operators { get; }

    /// <summary>Files with weights that the graph names, as it names them: relative to its own folder. Whether they are there was not looked at.</summary>
    public IReadOnlyList<string> WeightFiles { get; }

    /// <summary>Reads a graph's outline.</summary>
    /// <exception cref="GraphException">The file is missing, cut short or not an ONNX model.</exception>
    public static GraphOutline Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
            return Parser.ParseFrom(stream) is { Graph.Output.Count: > 0 } model
                ? new GraphOutline(model)
                : throw new GraphException(path, "a file without a graph; expected an ONNX model.");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new GraphException(path, "no such file; expected an ONNX model.", e);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or IOException or UnauthorizedAccessException)
        {
            throw new GraphException(path, $"not a whole ONNX model: {e.Message}", e);
        }
    }

    private static Dictionary<string, GraphValue> ByName(IEnumerable<ValueInfoProto> values) => values
        .Select(v => new GraphValue(v.Name, (ElementType)(v.Type?.TensorType?.ElemType ?? 0), [.. v.Type?.TensorType?.Shape?.Dim.Select(Dim.From) ?? []]))
        .DistinctBy(v => v.Name)
        .ToDictionary(v => v.Name, StringComparer.Ordinal);

    private static IEnumerable<NodeOutlineProto> AllNodes(GraphOutlineProto graph) => AllNodes(graph.Node);

    private static IEnumerable<NodeOutlineProto> AllNodes(IEnumerable<NodeOutlineProto> nodes) =>
        nodes.Concat(nodes.SelectMany(n => n.Attribute).SelectMany(Subgraphs).SelectMany(AllNodes));

    private static IEnumerable<GraphOutlineProto> AllGraphs(GraphOutlineProto graph, IEnumerable<NodeOutlineProto> nodes) =>
        nodes.SelectMany(n => n.Attribute).SelectMany(Subgraphs).Prepend(graph);

    private static IEnumerable<GraphOutlineProto> Subgraphs(AttributeOutlineProto attribute) =>
        attribute.G is null ? attribute.Graphs : attribute.Graphs.Prepend(attribute.G);

    private static IEnumerable<TensorOutlineProto?> Tensors(IEnumerable<SparseTensorOutlineProto?> tensors) =>
        tensors.SelectMany(t => t is null ? [] : (TensorOutlineProto?[])[t.Values, t.Indices]);
}
