using SafeSwitch.Toolkit.Graphs;

namespace SafeSwitch.Toolkit.Instrumentation;

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
        if (head.After.FirstOrDefault(HeadPath.Flattens) is { OpType: "Reshape" } unflatten)
            ShapeLike(decoder, unflatten);
        GraphRewriter.RemoveUnused(graph);

        // An input that only told which positions to keep goes with them.
        var index = new GraphIndex(graph);
        GraphRewriter.Keep(graph.Input, input => !inputs.Contains(input.Name) || index.Consumers(input.Name).Count > 0);
    }

    private static bool Drops(NodeProto node) => HeadPath.Selects(node) || node.OpType is "Squeeze" or "Unsqueeze";

    /// <summary>Makes the flattened logits take the batch and sequence of the input ids.</summary>
    private static void ShapeLike(DecoderGraph decoder, NodeProto unflatten)
    {
        var graph = decoder.Model.Graph;
        var positions = decoder.Index.Unused("lm_head.positions");
        var vocabulary = decoder.Index.Unused("lm_head.vocabulary");
        var shape = decoder.Index.Unused("lm_head.shape");
        graph.Initializer.Add(Protos.Tensor(vocabulary, [(long)decoder.Head.VocabularySize], 1));
        GraphRewriter.InsertBefore(
            graph,
            unflatten,
            Protos.Node("Shape", [decoder.InputIds], [positions]),
            Protos.Node("Concat", [positions, vocabulary], [shape], Protos.Attribute("axis", 0)));
        unflatten.Input[1] = shape;
    }
}
