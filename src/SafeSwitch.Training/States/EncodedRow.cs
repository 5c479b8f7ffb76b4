using SafeSwitch.Backends;

namespace SafeSwitch.Training.States;

/// <summary>A request as tokens: its prompt, and the refusal that shall follow, if any.</summary>
internal sealed record EncodedRow(CollectionRequest Request, EncodedPrompt Prompt, ReadOnlyMemory<int> RefusalTokens)
{
    public int Length => Prompt.Tokens.Length;

    /// <summary>Tokens at the start that two prompts share.</summary>
    public int CommonPrefix(EncodedRow other) => Prompt.Tokens.Span.CommonPrefixLength(other.Prompt.Tokens.Span);
}
