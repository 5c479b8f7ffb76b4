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

    /// <summary>
    /// Whose prompts may go on from one another: a session's prompt that begins with the same tokens as one before in the same scope need
    /// not run them again, if the backend keeps them. Results are the same. Nothing is shared between scopes, so that the time which a
    /// prompt takes tells nobody what others asked.
    /// </summary>
    /// <value><see langword="null"/>: nothing is kept, and nothing used.</value>
    public string? PrefixScope { get; init; }
}
