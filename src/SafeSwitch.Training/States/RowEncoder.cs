using SafeSwitch.Backends;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.States;

/// <summary>A request as tokens: its prompt, and the refusal that is to follow, if any.</summary>
internal sealed record EncodedRow(CollectionRequest Request, EncodedPrompt Prompt, ReadOnlyMemory<int> RefusalTokens)
{
    public int Length => Prompt.Tokens.Length;

    /// <summary>Tokens at the start that two prompts share.</summary>
    public int CommonPrefix(EncodedRow other) => Prompt.Tokens.Span.CommonPrefixLength(other.Prompt.Tokens.Span);
}

/// <summary>Renders requests with the model's own template.</summary>
internal sealed class RowEncoder(ILanguageModel model, int answerTokens)
{
    /// <summary>The request as tokens, or what is wrong with it.</summary>
    public EncodedRow? Encode(CollectionRequest request, out DataProblem? problem)
    {
        try
        {
            // As the guard reads them by default, so that probes learn from what they will see.
            PromptMessage[] messages = [.. request.Row.Messages.Select(ReadableText.Of)];
            var prompt = model.Tokenizer.Encode(messages);
            var refusal = request.Refusal is { } target ? EncodeRefusal(messages, prompt, target.Text) : default;
            var needed = prompt.Tokens.Length + Math.Max(request.WithAnswer ? answerTokens : 0, refusal.Length);
            problem = needed <= model.Info.ContextLength
                ? null
                : Problem(request, "prompt", $"{needed} tokens, answer included", $"{model.Info.ContextLength} at most: the model's context");
            return problem is null ? new EncodedRow(request, prompt, refusal) : null;
        }
        catch (PromptTooLongException e)
        {
            problem = Problem(request, "prompt", $"{(e.IsMinimum ? "at least " : "")}{e.PromptTokens} tokens", $"{e.ContextLength - 1} at most: the model's context, less one token for the answer");
            return null;
        }
        catch (SafeSwitchException e)
        {
            problem = Problem(request, "messages", e.Message, "a conversation that the model's template renders");
            return null;
        }
    }

    /// <summary>
    /// The refusal as the template renders an answer, up to and with the token that ends it: what the model would have to
    /// say, with nothing guessed about the template.
    /// </summary>
    private ReadOnlyMemory<int> EncodeRefusal(IReadOnlyList<PromptMessage> messages, EncodedPrompt prompt, string text)
    {
        var whole = model.Tokenizer.Encode([.. messages, PromptMessage.Assistant(text)]).Tokens;
        var length = prompt.Tokens.Length;
        if (whole.Length <= length || !whole.Span[..length].SequenceEqual(prompt.Tokens.Span))
            throw new SafeSwitchException("The template does not render an answer right after the prompt that asks for it.");
        var end = whole.Span[length..].IndexOfAny([.. model.Info.EndTokens]);
        return end > 0
            ? whole.Slice(length, end + 1)
            : throw new SafeSwitchException("The template does not end an answer with one of the model's end tokens.");
    }

    private static DataProblem Problem(CollectionRequest request, string field, string found, string expected) =>
        new(request.Row.Key, 0, field, found, expected);
}
