namespace SafeSwitch.Backends;

/// <summary>A prompt as tokens, each known to be content or not.</summary>
public sealed class EncodedPrompt
{
    /// <summary>A prompt of tokens and, for each, whether it is content.</summary>
    /// <param name="tokens">The tokens, at least one.</param>
    /// <param name="contentMask">1 where the token came from a message that is content (<see cref="PromptMessage.IsContent"/>), 0 elsewhere; as long
    /// as the tokens. A prompt without content is looked at whole: its mask is all ones.</param>
    /// <exception cref="ArgumentException">There are no tokens, or the lengths differ.</exception>
    public EncodedPrompt(ReadOnlyMemory<int> tokens, ReadOnlyMemory<float> contentMask)
    {
        if (tokens.IsEmpty)
            throw new ArgumentException("A prompt needs at least one token.", nameof(tokens));
        if (tokens.Length != contentMask.Length)
            throw new ArgumentException($"The mask has {contentMask.Length} entries for {tokens.Length} tokens.", nameof(contentMask));
        Tokens = tokens;
        ContentMask = contentMask;
    }

    /// <summary>The prompt's tokens.</summary>
    public ReadOnlyMemory<int> Tokens { get; }

    /// <summary>1 on content positions, 0 elsewhere; the form in which probes take it.</summary>
    public ReadOnlyMemory<float> ContentMask { get; }
}
