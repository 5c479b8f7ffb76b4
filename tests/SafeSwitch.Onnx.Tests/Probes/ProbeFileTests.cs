using Google.Protobuf;
using SafeSwitch.Bundles;
using SafeSwitch.Onnx.Graphs;
using SafeSwitch.Onnx.Probes;

namespace SafeSwitch.Onnx.Tests.Probes;

/// <summary>A probe may come from anywhere: what would not end, or take the machine's memory, is refused before a runtime sees it.</summary>
public sealed class ProbeFileTests : IDisposable
{
    private const int Width = 4;
    private const string States = "hidden_states";
    private const int GraphAttribute = 5;

    // TypeProto { sequence_type { elem_type { tensor_type { elem_type: FLOAT } } } }, which our own schema does not know.
    private static readonly byte[] SequenceOfFloats = [0x22, 0x06, 0x0A, 0x04, 0x0A, 0x02, 0x08, 0x01];

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Hostile => [.. Graphs.Keys];

    private static Dictionary<string, (Action<ModelProto> Edit, string Expected)> Graphs { get; } = new()
    {
        ["a loop"] = (m => Add(m, "Loop", [States], Body("Identity")), "the operator 'Loop'"),
        ["a scan"] = (m => Add(m, "Scan", [States], Body("Identity")), "the operator 'Scan'"),
        ["conditions in conditions"] = (m => Add(m, "If", [States], Nested(20)), "the operator 'If'"),
        ["more conditions in conditions than a parser's stack holds"] = (m => Add(m, "If", [States], Nested(3_000)), "not a whole ONNX model"),
        ["a subgraph where none belongs"] = (m => Add(m, "Relu", [States], Body("Relu")), "that holds a graph"),
        ["a function of its own"] = (m => m.Functions.Add(new FunctionProto { Name = "f" }), "1 functions"),
        ["an operator of another set"] = (m => Add(m, "com.microsoft::FusedMatMul", [States, States]), "com.microsoft::FusedMatMul"),
        ["a sequence for an output"] = (m => Add(m, "SequenceConstruct", [States]), "the operator 'SequenceConstruct'"),
        ["an output that is a sequence"] = (m => m.Graph.Output[0].Type = TypeProto.Parser.ParseFrom(SequenceOfFloats), "probability"),
        ["a mark of integers"] = (m => m.Graph.Output.Add(Protos.Value("out_of_distribution", ElementType.Int64, "batch", 1)), "out_of_distribution"),
        ["a mark for every position"] = (m => Marked(m, "scores"), "out_of_distribution"),
        ["too many nodes"] = (m => Chain(m, 5_000), "nodes"),
        ["a constant that is folded to a terabyte"] = (m => Filled(m, 1 << 20, 1 << 20), "1,099,511,627,776 numbers"),
        ["a tensor that doubles again and again"] = (m => Doubling(m, 60), "double9: found 33,521,664 numbers"),
        ["a range of a trillion"] = (m => Ranged(m, 1_000_000_000_000), "1,000,000,000,000 numbers"),
        ["an expansion"] = (m => Expanded(m, 4, 1L << 40), "numbers"),
        ["a product of the positions with themselves"] = (m => Squared(m), "found"),
        ["a weight that isn't a number"] = (m => Weight(m, float.NaN), "finite"),
        ["a weight without end"] = (m => Weight(m, float.NegativeInfinity), "finite"),
        ["weights in another file"] = (m => External(m, "/etc/passwd"), "/etc/passwd"),
        ["fewer numbers than the shape says"] = (m => m.Graph.Initializer[0].Dims[0] = 1L << 60, "numbers"),
        ["an input that nobody feeds"] = (m => m.Graph.Input.Add(Protos.Value("prompt", ElementType.Float32, 1)), "prompt"),
    };

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_probe_is_read()
    {
        var probe = Read(Probe(), out var problems);

        Assert.Empty(problems);
        Assert.Equal([States], probe!.HiddenStates);
        Assert.Equal(Width, probe.Width);
        Assert.False(probe.TellsOutOfDistribution);
    }

    [Fact]
    public void A_probe_may_say_what_it_can_not_read()
    {
        var model = Probe();
        Marked(model, "logit");

        Assert.True(Read(model, out var problems)!.TellsOutOfDistribution);
        Assert.Empty(problems);
    }

    [Theory, MemberData(nameof(Hostile))]
    public void What_is_not_a_probe_is_refused_before_a_runtime_sees_it(string kind)
    {
        var model = Probe();
        Graphs[kind].Edit(model);

        Assert.Null(Read(model, out var problems));
        Assert.NotEmpty(problems);
        Assert.Contains(Graphs[kind].Expected, string.Join("; ", problems), StringComparison.Ordinal);
        Assert.All(problems, p => Assert.Equal("probe.onnx", p.File));
    }

    [Fact]
    public void A_file_that_is_larger_than_any_probe_is_not_read()
    {
        var path = folder.File("probe.onnx");
        using (var file = File.Create(path))
            file.SetLength(ProbeFile.MaxBytes + 1L);
        var problems = new List<BundleProblem>();

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Null(ProbeFile.Read(path, "probe.onnx", problems));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.Single(problems);
    }

    private ProbeFile? Read(ModelProto model, out List<BundleProblem> problems)
    {
        var path = folder.File("probe.onnx");
        File.WriteAllBytes(path, model.ToByteArray());
        problems = [];
        return ProbeFile.Read(path, "probe.onnx", problems);
    }

    private static ModelProto Probe()
    {
        var model = new ModelProto { IrVersion = 8, Graph = new GraphProto { Name = "probe" } };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = 18 });
        var graph = model.Graph;
        graph.Input.Add(Protos.Value(States, ElementType.Float32, "batch", "sequence", Width));
        graph.Initializer.Add(Protos.Tensor("weights", new float[Width], Width, 1));
        graph.Initializer.Add(Protos.Tensor("positions", [1L], 1));
        graph.Node.Add(Protos.Node("ReduceMean", [States, "positions"], ["mean"], Protos.Attribute("keepdims", 0L)));
        graph.Node.Add(Protos.Node("MatMul", ["mean", "weights"], ["logit"]));
        graph.Node.Add(Protos.Node("Sigmoid", ["logit"], ["probability"]));
        graph.Output.Add(Protos.Value("probability", ElementType.Float32, "batch", 1));
        return model;
    }

    private static void Marked(ModelProto model, string of)
    {
        model.Graph.Node.Insert(0, Protos.Node("MatMul", [States, "weights"], ["scores"]));
        model.Graph.Node.Add(Protos.Node("Sigmoid", [of], ["out_of_distribution"]));
        model.Graph.Output.Add(Protos.Value("out_of_distribution", ElementType.Float32, "batch", 1));
    }

    private static string Add(ModelProto model, string op, string[] inputs, params AttributeProto[] attributes)
    {
        var parts = op.Split("::");
        var output = $"extra{model.Graph.Node.Count}";
        var node = Protos.Node(parts[^1], inputs, [output], attributes);
        node.Domain = parts.Length > 1 ? parts[0] : "";
        model.Graph.Node.Insert(0, node);
        return output;
    }

    private static AttributeProto Body(string op)
    {
        var body = new GraphProto { Name = "body" };
        body.Node.Add(Protos.Node(op, [States], ["inner"]));
        return new AttributeProto { Name = "body", Type = GraphAttribute, G = body };
    }

    private static AttributeProto Nested(int depth)
    {
        var attribute = Body("Identity");
        for (var i = 0; i < depth; i++)
        {
            var graph = new GraphProto { Name = "branch" };
            graph.Node.Add(Protos.Node("If", ["c"], ["inner"], attribute));
            attribute = new AttributeProto { Name = "then_branch", Type = GraphAttribute, G = graph };
        }

        return attribute;
    }

    private static void Chain(ModelProto model, int nodes)
    {
        for (var i = 0; i < nodes; i++)
            model.Graph.Node.Add(Protos.Node("Relu", [i == 0 ? "logit" : $"chain{i - 1}"], [$"chain{i}"]));
    }

    private static void Filled(ModelProto model, params long[] shape)
    {
        model.Graph.Initializer.Add(Protos.Tensor("shape", shape, shape.Length));
        Add(model, "ConstantOfShape", ["shape"]);
    }

    private static void Expanded(ModelProto model, params long[] shape)
    {
        model.Graph.Initializer.Add(Protos.Tensor("shape", shape, shape.Length));
        Add(model, "Expand", ["weights", "shape"]);
    }

    private static void Ranged(ModelProto model, long end)
    {
        model.Graph.Initializer.Add(Protos.Tensor("zero", [0L]));
        model.Graph.Initializer.Add(Protos.Tensor("one", [1L]));
        model.Graph.Initializer.Add(Protos.Tensor("end", [end]));
        Add(model, "Range", ["zero", "end", "one"]);
    }

    private static void Doubling(ModelProto model, int times)
    {
        for (var i = 0; i < times; i++)
        {
            var from = i == 0 ? States : $"double{i - 1}";
            model.Graph.Node.Insert(i, Protos.Node("Concat", [from, from], [$"double{i}"], Protos.Attribute("axis", 2L)));
        }
    }

    // [positions, hidden] by its transpose: it grows with the square of the sequence, and then some.
    private static void Squared(ModelProto model)
    {
        model.Graph.Node.Insert(0, Protos.Node("Transpose", [States], ["turned"], Protos.Attribute("perm", new[] { 0L, 2L, 1L })));
        model.Graph.Node.Insert(1, Protos.Node("MatMul", [States, "turned"], ["square0"]));
        for (var i = 1; i < 200; i++)
            model.Graph.Node.Insert(i + 1, Protos.Node("MatMul", [$"square{i - 1}", $"square{i - 1}"], [$"square{i}"]));
    }

    private static void Weight(ModelProto model, float value) =>
        model.Graph.Initializer[0] = Protos.Tensor("weights", [0, value, 0, 0], Width, 1);

    private static void External(ModelProto model, string file)
    {
        var weights = model.Graph.Initializer[0];
        weights.ClearRawData();
        weights.DataLocation = 1;
        weights.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = file });
    }
}
