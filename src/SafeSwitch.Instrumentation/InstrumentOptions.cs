namespace SafeSwitch.Instrumentation;

/// <summary>What to add to a decoder.</summary>
public sealed record InstrumentOptions
{
    /// <summary>
    /// Layers whose state becomes an output <c>hidden_states.{layer}</c>, besides <c>hidden_states</c>, the final norm's, which always
    /// does: 0 is the embedding, i the residual stream after layer i-1.
    /// </summary>
    /// <value>None by default.</value>
    public IReadOnlyList<int> Layers { get; init; } = [];

    /// <summary>Whether graphs are replaced on which probes and adapters were trained, or a bundle stands: with other layers these fit no more.</summary>
    /// <value><see langword="false"/>: such a folder is refused, unless its graphs stay as they are.</value>
    public bool Overwrite { get; init; }
}
