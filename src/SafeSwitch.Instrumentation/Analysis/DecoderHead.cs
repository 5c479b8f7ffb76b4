using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Analysis;

/// <summary>The head of a decoder, as found in its graph.</summary>
internal sealed record DecoderHead
{
    /// <summary>The product with the head's weight.</summary>
    public required NodeProto Node { get; init; }

    public required HeadKind Kind { get; init; }

    /// <summary>The last node of the product: <see cref="Node"/>, or what scales an integer product back.</summary>
    public required NodeProto Last { get; init; }

    /// <summary>What the product reads, before any quantisation on the way.</summary>
    public required string Input { get; init; }

    /// <summary>The weight.</summary>
    public required string Weight { get; init; }

    public required int HiddenSize { get; init; }

    public required int VocabularySize { get; init; }

    /// <summary>Type of <see cref="Input"/>.</summary>
    public required ElementType InputType { get; init; }

    /// <summary>Type of the product.</summary>
    public required ElementType OutputType { get; init; }

    /// <summary>The states of all positions, before positions are selected or flattened; what <c>hidden_states</c> names.</summary>
    public required string States { get; init; }

    /// <summary>What is between <see cref="States"/> and <see cref="Input"/>, in order: selection, flattening, casts.</summary>
    public required IReadOnlyList<NodeProto> Before { get; init; }

    /// <summary>What is between the product and <c>logits</c>, in order: bias, scale, soft-cap, cast, reshape.</summary>
    public required IReadOnlyList<NodeProto> After { get; init; }

    /// <summary>The product's result.</summary>
    public string Output => Last.Output[0];

    /// <summary>Whether only some positions reach the head.</summary>
    public bool IsPruned => Before.Any(HeadPath.Selects);

    /// <summary>Whether batch and positions are one dimension in the head's input.</summary>
    public bool IsFlat => Before.Any(HeadPath.Reshapes);

    /// <summary>Dimensions of <see cref="Input"/>: 3, or 2 if positions were flattened or one was picked.</summary>
    public required int Rank { get; init; }
}
