using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Analysis;

/// <summary>What a decoder is fed with: tells a decoder that one graph runs from start to end from every other kind.</summary>
internal static class DecoderInputs
{
    /// <summary>Why the graph is not a decoder that takes token ids and its own caches; <see langword="null"/> if it is one.</summary>
    public static string? Problem(GraphIndex index)
    {
        var inputs = index.Graph.Input.Select(input => input.Name).Where(index.IsInput).ToList();
        if (inputs.Contains("use_cache_branch"))
            return "a merged decoder (input 'use_cache_branch'): its layers are twice there, inside an If. Name a graph with one branch, such as model.onnx of the same export, or export it again without merging.";
        if (inputs.FirstOrDefault(name => name.StartsWith("encoder_", StringComparison.Ordinal)) is { } encoder)
            return $"the decoder of an encoder-decoder (input '{encoder}'); expected a decoder without an encoder.";
        if (inputs.Contains("inputs_embeds"))
            return "it takes 'inputs_embeds' instead of 'input_ids': its embedding is in another graph. Export it with the embedding.";
        if (!inputs.Contains("input_ids"))
            return $"not a decoder: it has no 'input_ids' input, only {DecoderGraph.Names(index.Graph.Input)}.";
        if (index.Value("input_ids")!.Type?.TensorType?.Shape is { } shape && shape.Dim.Count != 2)
            return $"'input_ids' has {shape.Dim.Count} dimensions; expected [batch, sequence]. A graph for paged attention can't be instrumented: build it without.";
        return null;
    }

    /// <summary>Why the caches that the graph gives can't be given back; <see langword="null"/> if they can.</summary>
    public static string? CacheProblem(GraphIndex index) =>
        index.Graph.Input.Any(input => index.IsInput(input.Name) && input.Name.StartsWith("past", StringComparison.Ordinal))
            ? null
            : "it gives caches ('present…') but takes none ('past…'), so it can't go on after the prompt. Name the graph that does both, such as model.onnx of a newer export, or export it with past key values in one graph.";
}
