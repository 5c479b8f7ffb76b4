using SafeSwitch.Instrumentation.Analysis;
using SafeSwitch.Onnx;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Rewriting;

/// <summary>
/// The head alone, cut out of a decoder: hidden states in, the head's product and logits out, both in fp32. An adapter is trained on
/// it without running the trunk, whatever the head's weights are quantised to.
/// </summary>
public sealed record HeadGraph
{
    /// <summary>The graph's input, <c>[batch, sequence, hidden]</c>, fp32.</summary>
    public const string States = GraphNames.HiddenStates;

    /// <summary>The head's product without any adapter, <c>[batch, sequence, vocabulary]</c>, fp32: what an adapter adds to. (A head that flattens gives <c>[batch * sequence, vocabulary]</c>.)</summary>
    public const string Product = "product";

    /// <summary>The logits without any adapter, of the same shape: <see cref="Product"/> after <see cref="Transform"/>.</summary>
    public const string Logits = GraphNames.Logits;

    /// <summary>The graph's file, beside the weight files that it names.</summary>
    public required string Path { get; init; }

    /// <summary>Numbers of a hidden state, 1 or more.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Tokens that the head scores.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Type that an adapter for this head has.</summary>
    public required ElementType AdapterType { get; init; }

    /// <summary>What turns the product into logits.</summary>
    public required LogitTransform Transform { get; init; }

    /// <summary>Cuts the head out of a decoder, instrumented or not.</summary>
    /// <param name="graphPath">The decoder's graph.</param>
    /// <param name="path">Where to write the head: a file in the decoder's folder, unless all its weights are inside the graph.</param>
    /// <param name="logits">The output that holds the logits.</param>
    /// <exception cref="GraphException">The head is not found, depends on more than the states, or can't be trained through.</exception>
    public static HeadGraph Cut(string graphPath, string path, string logits = GraphNames.Logits)
    {
        var decoder = GraphInstrumenter.Plain(DecoderGraph.Analyze(graphPath, GraphFile.Load(graphPath), logits));
        AllPositions.Restore(decoder);
        decoder = decoder.Again();
        AllPositions.ShapeByStates(decoder);
        decoder = decoder.Again();
        var head = decoder.Head;
        var transform = LogitTransforms.Read(decoder);
        Isolate(decoder);
        var inPlace = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)) == System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(graphPath));
        if (!inPlace && WeightFiles.Of(decoder.Model, graphPath) is [var file, ..])
            throw new GraphException(path, $"the head's weights are in '{file}': write the head into {System.IO.Path.GetDirectoryName(graphPath)}, beside it.");
        GraphFile.Save(decoder.Model, path);
        return new HeadGraph
        {
            Path = path,
            HiddenSize = head.HiddenSize,
            VocabularySize = head.VocabularySize,
            AdapterType = head.InputType,
            Transform = transform,
        };
    }

    private static void Isolate(DecoderGraph decoder)
    {
        var (graph, head, index) = (decoder.Model.Graph, decoder.Head, decoder.Index);
        var type = decoder.Types.Of(head.States);
        var states = index.Unused("head.states");
        var product = head.Output;
        var logits = decoder.Logits;
        graph.Node.Remove(index.Producer(head.States)!);
        graph.Input.Clear();
        graph.Output.Clear();
        graph.ValueInfo.Clear();
        GraphRewriter.Rename(graph, head.States, states);
        foreach (var name in new[] { States, Product, Logits })
            GraphRewriter.Rename(graph, name, name + ".inner");
        string Renamed(string name) => name is States or Product or Logits ? name + ".inner" : name == head.States ? states : name;

        graph.Node.Insert(0, Cast(States, states, type));
        graph.Node.Add(Cast(Renamed(product), Product, ElementType.Float32));
        graph.Node.Add(Cast(Renamed(logits), Logits, ElementType.Float32));
        graph.Input.Add(Protos.Value(States, ElementType.Float32, "batch", "sequence", head.HiddenSize));
        graph.Output.Add(head.Rank == 2
            ? Protos.Value(Product, ElementType.Float32, "positions", head.VocabularySize)
            : Protos.Value(Product, ElementType.Float32, "batch", "sequence", head.VocabularySize));
        graph.Output.Add(Protos.Value(Logits, ElementType.Float32, "batch", "sequence", head.VocabularySize));
        GraphRewriter.RemoveUnused(graph);
        CheckAlone(decoder.File, graph);
    }

    private static NodeProto Cast(string from, string to, ElementType type)
    {
        var node = Protos.Node("Cast", [from], [to], Protos.Attribute("to", type));
        node.Name = $"{to}.cast";
        return node;
    }

    private static void CheckAlone(string file, GraphProto graph)
    {
        var index = new GraphIndex(graph);
        foreach (var node in graph.Node)
        {
            foreach (var input in GraphIndex.Inputs(node).Where(input => !index.Exists(input)))
                throw new GraphException(file, $"the head depends on more than the hidden states: {node.OpType} '{node.Display()}' reads '{input}'.");
        }
    }
}
