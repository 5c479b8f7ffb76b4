using SafeSwitch.Instrumentation.Analysis;
using SafeSwitch.Onnx;
using SafeSwitch.Onnx.Configuration;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Rewriting;

/// <summary>Names hidden states as outputs. The tensors exist anyway: they are renamed, not computed again.</summary>
internal static class HiddenStateOutputs
{
    public static void Add(DecoderGraph decoder, IReadOnlyList<int> layers)
    {
        var head = decoder.Head;
        var taps = layers.Distinct().Order().Select(layer => (Name: GraphNames.HiddenStatesOf(layer), Tap: Tap(decoder, layer))).ToList();
        Expose(decoder, GraphNames.HiddenStates, head.States, decoder.Types.Of(head.States));
        foreach (var (name, tap) in taps)
            Expose(decoder, name, TensorOf(decoder, tap, name), tap.Type);
    }

    /// <summary>Takes back the outputs of chosen layers that an earlier instrumentation named.</summary>
    public static void Remove(DecoderGraph decoder) => GraphRewriter.Keep(
        decoder.Model.Graph.Output, output => !output.Name.StartsWith(GraphNames.HiddenStates + ".", StringComparison.Ordinal));

    private static ResidualTap Tap(DecoderGraph decoder, int layer)
    {
        if (layer < 0 || layer >= decoder.Layers)
        {
            throw new GraphException(
                decoder.File, $"no layer {layer}: the decoder has {decoder.Layers} layers, so 0 (embeddings) to {decoder.Layers - 1}; the state after the last norm is 'final'.");
        }

        return decoder.Residual.At(layer)
            ?? throw new GraphException(decoder.File, $"layer {layer} can't be tapped: {decoder.Residual.Problem}. Choose among final{string.Concat(decoder.Residual.Layers.Select(known => $", {known}"))}.");
    }

    private static string TensorOf(DecoderGraph decoder, ResidualTap tap, string name)
    {
        if (tap.Tensor is { } tensor)
            return tensor;
        while (tap.Node.Output.Count <= tap.Output)
            tap.Node.Output.Add("");
        tap.Node.Output[tap.Output] = decoder.Index.Unused($"{name}.sum");
        return tap.Tensor!;
    }

    private static void Expose(DecoderGraph decoder, string name, string tensor, ElementType type)
    {
        var graph = decoder.Model.Graph;
        if (tensor == name)
        {
            if (!decoder.Index.IsOutput(name))
                graph.Output.Add(OutputShapes.States(decoder, name, type));
            return;
        }

        if (decoder.Index.IsOutput(name))
        {
            if (Origin(decoder, name) != Origin(decoder, tensor))
                throw new GraphException(decoder.File, $"its output '{name}' is not the state that this name means: rename that output.");
            return;
        }

        if (decoder.Index.IsInput(name) || decoder.Index.Initializer(name) is not null)
            throw new GraphException(decoder.File, $"its {(decoder.Index.IsInput(name) ? "input" : "weight")} '{name}' has the name of a state: rename it.");
        if (decoder.Index.Exists(name))
            GraphRewriter.Rename(graph, name, decoder.Index.Unused($"{name}.inner"));
        if (graph.Output.Any(output => output.Name == tensor))
        {
            // Another output's name has to stay, so this one is a copy.
            GraphRewriter.InsertAfter(graph, graph.Node.First(node => node.Output.Contains(tensor)), Protos.Node("Identity", [tensor], [name]));
        }
        else
        {
            foreach (var stale in graph.ValueInfo.Where(value => value.Name == tensor).ToList())
                graph.ValueInfo.Remove(stale);
            GraphRewriter.Rename(graph, tensor, name);
        }

        graph.Output.Add(OutputShapes.States(decoder, name, type));
    }

    /// <summary>What a tensor is a copy of.</summary>
    private static string Origin(DecoderGraph decoder, string tensor)
    {
        while (decoder.Index.Producer(tensor) is { OpType: "Identity" or "Cast" } copy && decoder.Types.Of(copy.Input[0]).IsFloating())
            tensor = copy.Input[0];
        return tensor;
    }
}
