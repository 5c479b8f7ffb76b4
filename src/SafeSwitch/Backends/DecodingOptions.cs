namespace SafeSwitch.Backends;

/// <summary>What a decoding session is opened for.</summary>
public sealed record DecodingOptions
{
    /// <summary>
    /// Positions that the session must hold, prompt and new tokens together: from 1 to <see cref="LanguageModelInfo.ContextLength"/>.
    /// Memory follows it, not the model's context.
    /// </summary>
    public required int Capacity { get; init; }

    /// <summary>Names of the hidden states that will be read; the others need not be kept.</summary>
    /// <value>None.</value>
    public IReadOnlyList<string> HiddenStates { get; init; } = [];
}
