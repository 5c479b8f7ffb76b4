namespace SafeSwitch.Backends;

/// <summary>
/// A loaded decoder. Immutable and shared: everything that changes lives in a <see cref="DecodingSession"/>, and
/// sessions of one model run concurrently without affecting each other's output.
/// </summary>
public interface ILanguageModel : IAsyncDisposable
{
    /// <summary>What the model is and what it offers.</summary>
    LanguageModelInfo Info { get; }

    /// <summary>Turns messages into prompt tokens and answer tokens into text.</summary>
    IPromptTokenizer Tokenizer { get; }

    /// <summary>Opens a session with room for <see cref="DecodingOptions.Capacity"/> positions.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is below 1 or above the context length.</exception>
    /// <exception cref="ArgumentException">A hidden state is asked for that the model does not export.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    ValueTask<DecodingSession> OpenSessionAsync(DecodingOptions options, CancellationToken cancellationToken = default);
}
