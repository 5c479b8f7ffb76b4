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

    /// <summary>
    /// Inputs that ONNX Runtime reads in a device's memory. Host memory bound to one of them is copied once, when it is bound: what is
    /// written to it afterwards is not seen until it is bound again. The same goes for device memory bound to any other input.
    /// </summary>
    public required IReadOnlySet<string> DeviceInputs { get; init; }
}
