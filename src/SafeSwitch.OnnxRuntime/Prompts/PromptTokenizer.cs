using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.Tokenization;

namespace SafeSwitch.OnnxRuntime.Prompts;

/// <summary>A model folder's tokenizer and chat template, as the guarded loop takes them; for backends. Thread-safe.</summary>
/// <param name="tokenizer">The folder's tokenizer.</param>
/// <param name="contextLength">Positions that the model has, 1 or more. A prompt that leaves none of them for an answer is given up at the cost of
/// what would have fitted, however long it is.</param>
public sealed class PromptTokenizer(ModelTokenizer tokenizer, int contextLength) : IPromptTokenizer
{
    /// <summary>Loads a folder's tokenizer.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="contextLength">Positions that the model has, 1 or more.</param>
    /// <param name="problems">Where what is wrong with it is listed.</param>
    /// <returns><see langword="null"/> if the folder's tokenizer is unusable; the reason is then among the problems.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="problems"/> is <see langword="null"/>.</exception>
    public static PromptTokenizer? Load(string folder, int contextLength, ICollection<BundleProblem> problems)
    {
        ArgumentNullException.ThrowIfNull(problems);
        try
        {
            return new PromptTokenizer(ModelTokenizer.Load(folder), contextLength);
        }
        catch (TokenizerFormatException e)
        {
            problems.Add(new BundleProblem(
                e.File.Length > 0 ? Path.GetFileName(e.File) : "tokenizer.json", e.JsonPath, e.Message, "a tokenizer in the Hugging Face format"));
        }
        catch (ChatTemplateException e)
        {
            problems.Add(new BundleProblem(e.Template.Length > 0 ? e.Template : "chat template", "", e.Message, "a chat template that parses"));
        }

        return null;
    }

    /// <inheritdoc/>
    public EncodedPrompt Encode(IReadOnlyList<PromptMessage> messages) => Encode(messages, []);

    /// <inheritdoc/>
    public EncodedPrompt Encode(IReadOnlyList<PromptMessage> messages, IReadOnlyList<ToolDescription> tools)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentNullException.ThrowIfNull(tools);
        var encoding = Render(messages, tools);
        var mask = new float[encoding.Ids.Length];
        foreach (var span in encoding.Content)
        {
            if (span.MessageIndex >= 0 && messages[span.MessageIndex].IsContent)
                mask.AsSpan(span.Start, span.End - span.Start).Fill(1);
        }

        // Nothing but system text and the model's own turns, or a user who says nothing: then nothing of it is trusted.
        if (!mask.Contains(1f))
            Array.Fill(mask, 1f);
        return new EncodedPrompt(encoding.Ids, mask);
    }

    /// <inheritdoc/>
    public ITokenTextStream CreateTextStream() => new TextStream(tokenizer.CreateDecoder());

    private PromptEncoding Render(IReadOnlyList<PromptMessage> messages, IReadOnlyList<ToolDescription> tools)
    {
        if (tools.Count > 0 && tokenizer.Template?.Source.Contains("tools", StringComparison.Ordinal) != true)
            throw new NotSupportedException("The model's chat template has no place for tools; expected none, or a model that was trained to call them.");
        try
        {
            return tokenizer.EncodeChat([.. messages.Select(ToolTemplate.Message)], ToolTemplate.Options(tools), tokenLimit: contextLength - 1);
        }
        catch (TokenLimitException e)
        {
            throw new PromptTooLongException((int)Math.Min(e.MinimumTokens, int.MaxValue), contextLength, isMinimum: true, e);
        }
        catch (ChatTemplateException e)
        {
            throw new PromptFormatException($"The messages can't be made into a prompt: {e.Message}", e);
        }
        catch (Exception e) when (e is InvalidOperationException or TokenizerPatternException)
        {
            throw new SafeSwitchException($"The messages can't be made into a prompt: {e.Message}", e);
        }
    }

    private sealed class TextStream(StreamingDecoder decoder) : ITokenTextStream
    {
        public string Append(int token)
        {
            try
            {
                return decoder.Append(token);
            }
            catch (TokenizerPatternException e)
            {
                throw NoText(e);
            }
        }

        public string Flush()
        {
            try
            {
                return decoder.Flush();
            }
            catch (TokenizerPatternException e)
            {
                throw NoText(e);
            }
        }

        public void Reset() => decoder.Reset();

        private static SafeSwitchException NoText(TokenizerPatternException e) => new($"The answer's tokens can't be made text: {e.Message}", e);
    }
}
