using SafeSwitch.Instrumentation.Analysis;
using SafeSwitch.Onnx;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Rewriting;

/// <summary>Turns a decoder's graph into a serving or a training graph, one pass after another, each on a fresh analysis.</summary>
internal static class GraphInstrumenter
{
    /// <summary>Makes an instrumented copy; the given graph is left as it is.</summary>
    /// <param name="source">The decoder; one that is instrumented already is instrumented again.</param>
    /// <param name="layers">Layers to name besides the final state.</param>
    /// <param name="role">Which positions the head is computed for.</param>
    /// <exception cref="GraphException">The graph doesn't allow it.</exception>
    public static ModelProto Instrument(DecoderGraph source, IReadOnlyList<int> layers, GraphRole role)
    {
        var decoder = Plain(source);
        HiddenStateOutputs.Add(decoder, layers);
        decoder = decoder.Again();
        AllPositions.Restore(decoder);
        string? selected = null;
        if (role == GraphRole.Serving)
        {
            decoder = decoder.Again();
            selected = LastPosition.Select(decoder);
        }

        decoder = decoder.Again();
        LoraSlots.Add(decoder, selected);
        OutputShapes.SetLogits(decoder, role);
        Note(decoder.Model, GraphNames.RoleKey, role == GraphRole.Serving ? "serving" : "training");
        GraphRewriter.RemoveUnused(decoder.Model.Graph);
        return decoder.Model;
    }

    /// <summary>A copy of a decoder without what an earlier instrumentation added to its head.</summary>
    public static DecoderGraph Plain(DecoderGraph source)
    {
        var copy = source.Model.Clone();
        if (copy.IrVersion < 4)
            LeaveWeightsOutOfInputs(copy);
        var decoder = DecoderGraph.Analyze(source.File, copy, source.Logits);
        if (!decoder.IsInstrumented)
            return decoder;
        LoraSlots.Remove(decoder);
        HiddenStateOutputs.Remove(decoder);
        return decoder.Again();
    }

    /// <summary>
    /// Before version 4 every weight was listed as an input too; from then on that makes a weight replaceable, which only the slots are.
    /// </summary>
    private static void LeaveWeightsOutOfInputs(ModelProto model)
    {
        var weights = model.Graph.Initializer.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
        GraphRewriter.Keep(model.Graph.Input, input => !weights.Contains(input.Name));
        model.IrVersion = 4;
    }

    private static void Note(ModelProto model, string key, string value)
    {
        GraphRewriter.Keep(model.MetadataProps, entry => entry.Key != key);
        model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
    }
}
