using SafeSwitch.Instrumentation.Analysis;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Rewriting;

/// <summary>
/// Lets only each row's last position reach the head. In a run that starts its sequences, where the mask is as long as the run, that
/// is the last position that the row's mask counts, so that rows of different lengths may be padded on either side; in
/// every later run it is the last one. A decoder without a plain mask always gets the last.
/// </summary>
internal static class LastPosition
{
    private const string Prefix = "lm_head.last/";
    private const int OpsetOfBatchedGather = 13;

    /// <summary>Selects, and returns the tensor that holds the selected states.</summary>
    public static string Select(DecoderGraph decoder)
    {
        var head = decoder.Head;
        var graph = decoder.Model.Graph;
        var last = decoder.Index.Unused(Prefix + "states");
        var reader = head.Before is [var first, ..] ? first : head.Node;
        if (reader.Input[0] == head.States)
        {
            GraphRewriter.InsertBefore(graph, reader, Selection(decoder, head.States, last));
            GraphRewriter.Reroute(reader, head.States, last);
        }
        else
        {
            // States are quantised with one scale for the whole run, so rows are picked after that: their numbers stay what they were.
            var quantized = reader.Input[0];
            var picked = decoder.Index.Unused(Prefix + "quantized");
            var selection = Selection(decoder, head.States, last).ToList();
            var again = selection[^1].Clone();
            (again.Name, again.Input[0], again.Output[0]) = (picked, quantized, picked);
            GraphRewriter.InsertBefore(graph, reader, selection.Append(again));
            GraphRewriter.Reroute(reader, quantized, picked);
        }

        foreach (var flatten in head.Before.Where(node => node.OpType == "Reshape"))
            flatten.Input[1] = Numbers(decoder, "flat", -1, head.HiddenSize);
        foreach (var unflatten in head.After.Where(node => node.OpType == "Reshape"))
            unflatten.Input[1] = Numbers(decoder, "shape", -1, 1, head.VocabularySize);
        ForgetShapes(decoder);
        return last;
    }

    private static IEnumerable<NodeProto> Selection(DecoderGraph decoder, string states, string last) => HasPlainMask(decoder)
        ? LastCounted(decoder, states, last)
        : [Protos.Node("Gather", [states, Numbers(decoder, "end", -1)], [last], Protos.Attribute("axis", 1))];

    private static IEnumerable<NodeProto> LastCounted(DecoderGraph decoder, string states, string last)
    {
        var one = Numbers(decoder, "axis", 1);
        string Name(string stem) => decoder.Index.Unused(Prefix + stem);
        var (runShape, maskShape, run, mask) = (Name("run_shape"), Name("mask_shape"), Name("run_length"), Name("mask_length"));
        var (counted, starts, position, index) = (Name("counted"), Name("starts"), Name("position"), Name("index"));
        return
        [
            Protos.Node("ArgMax", [decoder.AttentionMask!], [counted], Protos.Attribute("axis", 1), Protos.Attribute("keepdims", 1), Protos.Attribute("select_last_index", 1)),
            Protos.Node("Shape", [states], [runShape]),
            Protos.Node("Shape", [decoder.AttentionMask!], [maskShape]),
            Protos.Node("Gather", [runShape, one], [run], Protos.Attribute("axis", 0)),
            Protos.Node("Gather", [maskShape, one], [mask], Protos.Attribute("axis", 0)),
            Protos.Node("Equal", [run, mask], [starts]),
            Protos.Node("Where", [starts, counted, Numbers(decoder, "end", -1)], [position]),
            Protos.Node("Reshape", [position, Numbers(decoder, "indices", -1, 1, 1)], [index]),
            Protos.Node("GatherND", [states, index], [last], Protos.Attribute("batch_dims", 1)),
        ];
    }

    private static bool HasPlainMask(DecoderGraph decoder) =>
        decoder.Opset >= OpsetOfBatchedGather
        && decoder.AttentionMask is { } mask
        && decoder.Index.Value(mask)?.Type?.TensorType is { ElemType: (int)ElementType.Int64 or (int)ElementType.Int32, Shape.Dim.Count: 2 };

    private static string Numbers(DecoderGraph decoder, string stem, params ReadOnlySpan<long> values)
    {
        var name = decoder.Index.Unused(Prefix + stem);
        if (decoder.Model.Graph.Initializer.All(tensor => tensor.Name != name))
            decoder.Model.Graph.Initializer.Add(Protos.Tensor(name, values, values.Length));
        return name;
    }

    /// <summary>Stated shapes between the states and the logits are of all positions: they no longer hold.</summary>
    private static void ForgetShapes(DecoderGraph decoder)
    {
        var head = decoder.Head;
        var stale = head.Before.Append(head.Node).Append(head.Last).Concat(head.After)
            .Concat(head.Node.Input.Select(decoder.Index.Producer).OfType<NodeProto>())
            .Concat(head.Last.Input.Select(decoder.Index.Producer).OfType<NodeProto>())
            .SelectMany(node => node.Output)
            .Where(tensor => tensor != head.States)
            .ToHashSet(StringComparer.Ordinal);
        GraphRewriter.Keep(decoder.Model.Graph.ValueInfo, value => !stale.Contains(value.Name));
    }
}
