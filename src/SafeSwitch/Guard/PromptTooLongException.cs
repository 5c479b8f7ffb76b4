namespace SafeSwitch.Guard;

/// <summary>The prompt leaves no room for an answer in the model's context.</summary>
public sealed class PromptTooLongException : SafeSwitchException
{
    internal PromptTooLongException(int promptTokens, int contextLength)
        : base($"The prompt has {promptTokens} tokens; the model's context holds {contextLength}, at least one of them for the answer. "
            + "Shorten the conversation.")
    {
        PromptTokens = promptTokens;
        ContextLength = contextLength;
    }

    /// <summary>Tokens of the prompt.</summary>
    public int PromptTokens { get; }

    /// <summary>Positions that the model has, 1 or more.</summary>
    public int ContextLength { get; }
}
