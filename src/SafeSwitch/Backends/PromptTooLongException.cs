using System.Globalization;

namespace SafeSwitch.Backends;

/// <summary>The prompt leaves no room for an answer in the model's context.</summary>
public sealed class PromptTooLongException : SafeSwitchException
{
    /// <summary>A prompt of so many tokens.</summary>
    /// <param name="promptTokens">Tokens of the prompt, or how many it takes at least.</param>
    /// <param name="contextLength">Positions that the model has.</param>
    /// <param name="isMinimum">Whether the prompt was given up before all of it was encoded.</param>
    /// <param name="innerException">What led to it.</param>
    public PromptTooLongException(int promptTokens, int contextLength, bool isMinimum = false, Exception? innerException = null)
        : base(
            string.Create(CultureInfo.InvariantCulture, $"The prompt has {(isMinimum ? "at least " : "")}{promptTokens} tokens; the model's context holds {contextLength}, ")
            + "at least one of them for the answer. Shorten the conversation.",
            innerException)
    {
        PromptTokens = promptTokens;
        ContextLength = contextLength;
        IsMinimum = isMinimum;
    }

    /// <inheritdoc/>
    public override string DiagnosticId => "SS0004";

    /// <summary>Tokens of the prompt; at least so many if <see cref="IsMinimum"/>.</summary>
    public int PromptTokens { get; }

    /// <summary>Positions that the model has.</summary>
    public int ContextLength { get; }

    /// <summary>Whether the prompt was given up before all of it was encoded, and may have many more tokens.</summary>
    public bool IsMinimum { get; }
}
