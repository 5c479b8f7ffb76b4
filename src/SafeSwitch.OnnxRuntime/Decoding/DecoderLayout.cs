namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>What goes into and comes out of a decoder graph, from its metadata and the configuration beside it.</summary>
internal sealed record DecoderLayout
{
    public required string InputIds { get; init; }

    public required string AttentionMask { get; init; }

    /// <summary><see langword="null"/> where the graph derives positions from the mask.</summary>
    public required string? PositionIds { get; init; }

    public required StateOutput Logits { get; init; }

    public required IReadOnlyList<StateOutput> HiddenStates { get; init; }

    public required CacheLayout Cache { get; init; }
}
