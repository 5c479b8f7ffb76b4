using System.Runtime.InteropServices;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Tests;

/// <summary>
/// Writes a small decoder of a given form, with random weights and a growing cache. Its attention is one head without causal mask:
/// enough for every path that a real one has. The residual stream is known by name, so that what the tool finds can be checked.
/// </summary>
internal sealed partial class MadeUpDecoder
{
    public const int Hidden = 8, Vocabulary = 12, Layers = 2;

    private readonly DecoderForm form;
    private readonly GraphBuilder graph;
    private readonly Random random = new(5);
    private readonly List<string> weights = [];

    private MadeUpDecoder(DecoderForm form)
    {
        this.form = form;
        graph = new GraphBuilder("decoder", form.Opset).Import("com.microsoft", 1);
    }

    /// <summary>Names of the states that enter each layer, then of the final one.</summary>
    public List<string> States { get; } = [];

    public static (ModelProto Model, IReadOnlyList<string> States) Make(DecoderForm form)
    {
        var decoder = new MadeUpDecoder(form);
        var model = decoder.Build();
        if (form.OldFormat)
        {
            model.IrVersion = 3;
            foreach (var tensor in model.Graph.Initializer)
                model.Graph.Input.Add(Protos.Value(tensor.Name, (ElementType)tensor.DataType, tensor.Dims.Select(dim => (Dim)dim)));
        }

        return (model, decoder.States);
    }

    private ModelProto Build()
    {
        var ids = graph.Input("input_ids", ElementType.Int64, "b", "s");
        if (!form.Maskless)
            graph.Input("attention_mask", ElementType.Int64, "b", "t");
        var table = form.Head == "TiedHalf" ? Halves("embedding", Vocabulary, Hidden) : ProductWeight("embedding", Vocabulary, Hidden);
        var x = graph.Node("Gather", [table, ids]);
        if (form.Head == "TiedHalf")
            x = Singles(x);
        if (form.ScaledEmbeddings)
            x = graph.Node("Mul", [x, graph.Scalar(2.5f)]);
        if (form.LearnedPositions)
            x = graph.Node("Add", [x, graph.Node("Gather", [Weight("positions", 64, Hidden), Positions(x)])]);
        if (form.EmbeddingNorm)
            x = Norm(x, "embedding");
        string? pending = null;
        for (var layer = 0; layer < Layers; layer++)
            (x, pending) = Layer(x, pending, layer);
        var final = pending is null ? Norm(x, "final") : Skip(x, pending, "final").Normalized;
        if (form.PostNorm)
            final = x;
        if (form.Views)
            final = View(final);
        if (form.Half)
            final = Halves(final);
        if (form.ScaledHeadInput)
            final = graph.Node("Div", [final, graph.Scalar(4)]);
        States.Add(final);
        Finish(final, table);
        if (form.GivesStates)
        {
            foreach (var (i, state) in States.Index().ToList())
                graph.Output(graph.Node("Identity", [state], $"hidden_states.{i}"), ElementType.Float32, "b", "s", Hidden);
        }

        if (form.TakenName)
            States[0] = Renamed(States[0], "hidden_states");
        return graph.Build();
    }

    private string Renamed(string tensor, string name)
    {
        foreach (var node in graph.Current.Graph.Node)
        {
            foreach (var names in new[] { node.Input, node.Output })
            {
                while (names.IndexOf(tensor) is >= 0 and var at)
                    names[at] = name;
            }
        }

        return name;
    }

    private string Positions(string x)
    {
        if (form.PositionIds)
            return graph.Input("position_ids", ElementType.Int64, "b", "s");
        var length = graph.Node("Gather", [graph.Node("Shape", [x]), graph.Initializer("position_axis", [1L])], null, ("axis", 0L));
        return graph.Node("Range", [graph.Initializer("position_start", [0L]), length, graph.Initializer("position_step", [1L])]);
    }

    /// <summary>A node with several outputs.</summary>
    private string[] Nodes(string op, string[] inputs, int outputs, params ReadOnlySpan<(string, object)> attributes)
    {
        var first = graph.Node(op, inputs, null, attributes);
        string[] names = [first, .. Enumerable.Range(1, outputs - 1).Select(i => $"{first}.{i}")];
        graph.Current.Graph.Node[^1].Output.AddRange(names.Skip(1));
        return names;
    }

    private string Singles(string x) => graph.Node("Cast", [x], null, ("to", ElementType.Float32));

    private string Halves(string x) => graph.Node("Cast", [x], null, ("to", ElementType.Float16));

    private string ProductWeight(string name, params long[] dims) => form.Half ? Halves(name, dims[0], dims[1..]) : Weight(name, dims);

    private string Halves(string name, long rows, params long[] columns)
    {
        var numbers = Enumerable.Range(0, (int)columns.Aggregate(rows, (a, b) => a * b)).Select(_ => (Half)(random.NextSingle() - 0.5f)).ToArray();
        graph.Current.Graph.Initializer.Add(Protos.Tensor($"weight.{name}", ElementType.Float16, MemoryMarshal.AsBytes(numbers), [rows, .. columns]));
        return $"weight.{name}";
    }

    private string Weight(string name, params long[] dims)
    {
        weights.Add(name);
        return graph.Initializer(
            $"weight.{name}.{weights.Count}", [.. Enumerable.Range(0, (int)dims.Aggregate(1L, (a, b) => a * b)).Select(_ => random.NextSingle() - 0.5f)], dims);
    }

    private string Bytes(string name, params long[] dims)
    {
        var bytes = new byte[dims.Aggregate(1L, (a, b) => a * b)];
        random.NextBytes(bytes);
        graph.Current.Graph.Initializer.Add(Protos.Tensor(name, ElementType.Int8, bytes, dims));
        return name;
    }
}
