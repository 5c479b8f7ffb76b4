namespace SafeSwitch.Onnx.Graphs;

/// <summary>
/// Builds a small ONNX graph, such as a probe, from scratch. Every call returns the name of the tensor it made, so that
/// calls nest: <c>graph.Node("Softmax", [graph.Node("MatMul", [x, w])])</c>.
/// </summary>
public sealed class GraphBuilder
{
    private readonly ModelProto model;
    private int unnamed;

    /// <summary>An empty graph.</summary>
    /// <param name="name">The graph's name.</param>
    /// <param name="opset">Version of the standard operators.</param>
    public GraphBuilder(string name, int opset = 18)
    {
        model = new ModelProto { IrVersion = 8, ProducerName = "SafeSwitch", Graph = new GraphProto { Name = name } };
        Import("", opset);
    }

    /// <summary>Adds another operator set, such as <c>com.microsoft</c>.</summary>
    /// <param name="domain">The operators' domain; empty for ONNX itself.</param>
    /// <param name="version">The version of the operator set, 1 or more.</param>
    public GraphBuilder Import(string domain, int version)
    {
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = domain, Version = version });
        return this;
    }

    /// <summary>Adds a note that travels with the model.</summary>
    /// <param name="key">The note's key.</param>
    /// <param name="value">Its text.</param>
    public GraphBuilder Metadata(string key, string value)
    {
        model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        return this;
    }

    /// <summary>Declares an input.</summary>
    /// <param name="name">The input's name.</param>
    /// <param name="type">The type of its numbers.</param>
    /// <param name="dims">Its shape: sizes, or names of sizes that are known when it runs.</param>
    public string Input(string name, ElementType type, params Dim[] dims)
    {
        model.Graph.Input.Add(Protos.Value(name, type, dims));
        return name;
    }

    /// <summary>Declares that a tensor is an output.</summary>
    /// <param name="name">The output's name.</param>
    /// <param name="type">The type of its numbers.</param>
    /// <param name="dims">Its shape: sizes, or names of sizes that are known when it runs.</param>
    public string Output(string name, ElementType type, params Dim[] dims)
    {
        model.Graph.Output.Add(Protos.Value(name, type, dims));
        return name;
    }

    /// <summary>Adds fp32 weights. Row-major; no dims makes a scalar.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="values">Its numbers, row-major.</param>
    /// <param name="dims">Its shape.</param>
    public string Initializer(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> dims)
    {
        CheckCount(name, values.Length, dims);
        model.Graph.Initializer.Add(Protos.Tensor(name, values, dims));
        return name;
    }

    /// <summary>Adds int64 numbers: shapes, axes, indices.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="values">Its numbers, row-major.</param>
    /// <param name="dims">Its shape.</param>
    public string Initializer(string name, ReadOnlySpan<long> values, params ReadOnlySpan<long> dims)
    {
        CheckCount(name, values.Length, dims);
        model.Graph.Initializer.Add(Protos.Tensor(name, values, dims));
        return name;
    }

    /// <summary>An unnamed fp32 scalar.</summary>
    public string Scalar(float value) => Initializer(Fresh("scalar"), [value]);

    /// <summary>An unnamed vector of int64 numbers, as <c>axes</c> and <c>shape</c> inputs take it.</summary>
    public string Integers(params ReadOnlySpan<long> values) => Initializer(Fresh("integers"), values, values.Length);

    /// <summary>Adds a node with one output.</summary>
    /// <param name="op">The operator; <c>domain::op</c> for one outside the standard set.</param>
    /// <param name="inputs">Tensor names; an empty one leaves an optional input out.</param>
    /// <param name="output">The output's name; <see langword="null"/> makes one up.</param>
    /// <param name="attributes">Names and values: long, float, string, lists of numbers, <see cref="ElementType"/>.</param>
    /// <returns>The output's name.</returns>
    public string Node(string op, ReadOnlySpan<string> inputs, string? output = null, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        var separator = op.IndexOf("::", StringComparison.Ordinal);
        var domain = separator < 0 ? "" : op[..separator];
        var type = separator < 0 ? op : op[(separator + 2)..];
        output ??= Fresh(type);
        var node = Protos.Node(type, inputs, [output]);
        if (domain.Length > 0)
            node.Domain = domain;
        foreach (var (name, value) in attributes)
            node.Attribute.Add(Protos.Attribute(name, value));
        model.Graph.Node.Add(node);
        return output;
    }

    /// <summary>The model itself, for what the calls don't offer.</summary>
    public ModelProto Current => model;

    /// <summary>A copy of the model as built so far.</summary>
    public ModelProto Build() => model.Clone();

    /// <summary>Writes the model, whole or not at all.</summary>
    public void Save(string path) => GraphFile.Save(model, path);

    private string Fresh(string stem) => $"{stem}_{++unnamed}";

    private static void CheckCount(string name, int count, ReadOnlySpan<long> dims)
    {
        var expected = 1L;
        foreach (var dim in dims)
            expected *= dim;
        if (count != expected)
            throw new ArgumentException($"initializer '{name}': {count} values for shape [{string.Join(", ", dims.ToArray())}]", nameof(dims));
    }
}
