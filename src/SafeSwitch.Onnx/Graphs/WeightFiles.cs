namespace SafeSwitch.Onnx.Graphs;

/// <summary>The external weight files of a graph, checked without reading them.</summary>
public static class WeightFiles
{
    /// <summary>The weight files that a graph names, relative to its folder, in order of first use.</summary>
    /// <exception cref="GraphException">One is missing, too short, or is outside the folder.</exception>
    public static IReadOnlyList<string> Of(ModelProto model, string graphPath)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(graphPath))!;
        var needed = new Dictionary<string, (long End, string Tensor)>(StringComparer.Ordinal);
        var order = new List<string>();
        foreach (var tensor in Tensors(model.Graph))
        {
            if (ExternalData.Of(tensor) is not { } data)
                continue;
            CheckLocation(graphPath, tensor.Name, data.Location);
            var end = End(data, tensor);
            if (!needed.TryGetValue(data.Location, out var known))
                order.Add(data.Location);
            if (end >= known.End)
                needed[data.Location] = (end, tensor.Name);
        }

        foreach (var location in order)
        {
            WeightLinks.Check(graphPath, folder, location);
            CheckFile(graphPath, Path.Combine(folder, location), location, needed[location]);
        }

        return order;
    }

    private static IEnumerable<TensorProto> Tensors(GraphProto graph) =>
        graph.Initializer.Concat(graph.Node.SelectMany(node => node.Attribute).SelectMany(attribute =>
            (attribute.T is null ? [] : new[] { attribute.T })
                .Concat(attribute.G is null ? [] : Tensors(attribute.G))
                .Concat(attribute.Graphs.SelectMany(Tensors))));

    private static void CheckLocation(string graphPath, string tensor, string location)
    {
        var parts = location.Split('/', '\\');
        if (location.Length == 0 || Path.IsPathRooted(location) || parts.Contains("..") || parts[0].EndsWith(':'))
        {
            throw new GraphException(
                graphPath, $"tensor '{tensor}' has its weights in '{location}'; expected a file inside the model's folder. The model is malformed or hostile: don't use it.");
        }
    }

    private static void CheckFile(string graphPath, string path, string location, (long End, string Tensor) needed)
    {
        var file = new FileInfo(path);
        if (file.Exists && file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target)
            file = target;
        if (!file.Exists)
        {
            throw new GraphException(
                graphPath, $"weight file '{location}' (tensor '{needed.Tensor}') is missing; expected it beside the graph. Download it too.");
        }

        if (file.Length < needed.End)
        {
            throw new GraphException(
                graphPath, $"weight file '{location}' has {file.Length:N0} bytes, tensor '{needed.Tensor}' ends at {needed.End:N0}: it is cut short. Download it again.");
        }
    }

    /// <summary>Where a tensor ends; what no file can be as long as stays beyond every file.</summary>
    private static long End(ExternalData data, TensorProto tensor)
    {
        var length = data.Length ?? (Int128)((ElementType)tensor.DataType).Size() * tensor.Dims.Aggregate(Int128.One, (product, dim) => Int128.Min(product * Math.Max(0, dim), long.MaxValue));
        return (long)Int128.Min(data.Offset + length, long.MaxValue);
    }
}
