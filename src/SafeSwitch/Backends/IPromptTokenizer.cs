namespace SafeSwitch.Backends;

/// <summary>A model's tokenizer and chat template, as the guarded loop needs them. Thread-safe.</summary>
public interface IPromptTokenizer
{
    /// <summary>Renders messages with the chat template and encodes them. Text of a message never becomes a special token.
    /// A conversation without content (<see cref="PromptMessage.IsContent"/>) is content as a whole.</summary>
    /// <exception cref="PromptTooLongException">The prompt leaves no room for an answer. Whoever can tell early does, so that a conversation that can't
    /// fit costs what one that fits costs.</exception>
    /// <exception cref="SafeSwitchException">The messages do not fit the template, or the folder has none.</exception>
    EncodedPrompt Encode(IReadOnlyList<PromptMessage> messages);

    /// <summary>Renders messages and the tools that the model may call.</summary>
    /// <exception cref="NotSupportedException">There are tools, and the template has no place for them.</exception>
    /// <inheritdoc cref="Encode(IReadOnlyList{PromptMessage})"/>
    EncodedPrompt Encode(IReadOnlyList<PromptMessage> messages, IReadOnlyList<ToolDescription> tools) =>
        tools.Count == 0 ? Encode(messages) : throw new NotSupportedException("The model's tokenizer has no place for tools; expected none.");

    /// <summary>A decoder for one answer, which never emits half a character.</summary>
    ITokenTextStream CreateTextStream();
}
