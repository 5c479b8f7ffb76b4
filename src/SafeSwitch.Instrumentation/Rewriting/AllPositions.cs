using SafeSwitch.Instrumentation.Analysis;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Rewriting;

/// <summary>Takes out whatever keeps positions from the head, or takes them away after it.</summary>
internal static class AllPositions
{
    public static void Restore(DecoderGraph decoder)
    {
        var head = decoder.Head;
        var graph = decoder.Model.Graph;
        if (!head.IsPruned && !head.After.Any(HeadPath.Selects))
            return;

        var inputs = graph.Input.Select(input => input.Name).Where(name => decoder.Index.Consumers(name).Count > 0).ToHashSet(StringComparer.Ordinal);
        foreach (var node in head.Before.Concat(head.After).Where(Drops))
            GraphRewriter.Bypass(graph, node);
        ShapeByStates(decoder);
        GraphRewriter.RemoveUnused(graph);

        // An input that only says which positions to keep goes with them.
        var index = new GraphIndex(graph);
        GraphRewriter.Keep(graph.Input, input => !inputs.Contains(input.Name) || index.Consumers(input.Name).Count > 0);
    }

    /// <summary>Where the head works on flattened positions, makes it take batch and sequence from its states and nothing else.</summary>
    public static void ShapeByStates(DecoderGraph decoder)
    {
        var (graph, head, index) = (decoder.Model.Graph, decoder.Head, decoder.Index);
        string Name(string stem) => index.Unused("lm_head." + stem);
        string Numbers(string stem, params ReadOnlySpan<long> values)
        {
            graph.Initializer.Add(Protos.Tensor(Name(stem), values, values.Length));
            return Name(stem);
        }

        if (head.Before.FirstOrDefault(node => node.OpType == "Reshape") is { } flatten)
            flatten.Input[1] = Numbers("flat", -1, head.HiddenSize);
        if (head.After.FirstOrDefault(node => node.OpType == "Reshape") is not { } unflatten)
            return;
        GraphRewriter.InsertBefore(
            graph,
            unflatten,
            Protos.Node("Shape", [head.States], [Name("states_shape")]),
            Protos.Node("Gather", [Name("states_shape"), Numbers("axes", 0, 1)], [Name("positions")], Protos.Attribute("axis", 0)),
            Protos.Node("Concat", [Name("positions"), Numbers("vocabulary", head.VocabularySize)], [Name("shape")], Protos.Attribute("axis", 0)));
        unflatten.Input[1] = Name("shape");
    }

    private static bool Drops(NodeProto node) => HeadPath.Selects(node) || node.OpType is "Squeeze" or "Unsqueeze";
}
