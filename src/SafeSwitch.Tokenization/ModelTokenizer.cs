using SafeSwitch.Tokenization.Loading;

namespace SafeSwitch.Tokenization;

/// <summary>One model folder's tokenizer and chat template, exactly as they came. Immutable and thread-safe.</summary>
public sealed class ModelTokenizer
{
    private ModelTokenizer(TokenizerModel tokenizer, ChatTemplate? template, IReadOnlyDictionary<string, string> specialTokens)
    {
        Tokenizer = tokenizer;
        Template = template;
        SpecialTokens = specialTokens;
    }

    /// <summary>Text to token ids and back.</summary>
    public TokenizerModel Tokenizer { get; }

    /// <summary>The chat template, or null if the folder has none.</summary>
    public ChatTemplate? Template { get; }

    /// <summary>The tokens with a name, such as <c>eos_token</c>, as the folder's configuration names them.</summary>
    public IReadOnlyDictionary<string, string> SpecialTokens { get; }

    /// <summary>One more than the largest token id.</summary>
    public int VocabularySize => Tokenizer.VocabularySize;

    /// <summary>Loads the tokenizer files of a model folder: <c>tokenizer.json</c>, and where they are there <c>tokenizer_config.json</c>,
    /// <c>special_tokens_map.json</c>, <c>chat_template.jinja</c> and <c>chat_template.json</c>.</summary>
    /// <exception cref="TokenizerFormatException">A file cannot be read, is damaged, or asks for something unsupported.</exception>
    /// <exception cref="ChatTemplateException">The chat template cannot be parsed.</exception>
    public static ModelTokenizer Load(string modelFolder)
    {
        ArgumentNullException.ThrowIfNull(modelFolder);
        var tokenizer = TokenizerModel.LoadFile(Path.Combine(modelFolder, "tokenizer.json"));
        var files = TokenizerFolder.Read(modelFolder);
        var template = files.Template is { } source ? ChatTemplate.Create(source.Text, source.Name, files.SpecialTokens) : null;
        return new ModelTokenizer(tokenizer.WithControlTokens(ControlTokens.For(files)), template, files.SpecialTokens);
    }

    /// <summary>Renders messages and encodes them. Content never becomes a special token.</summary>
    /// <param name="messages">The conversation.</param>
    /// <param name="options">What the template is given beside it, and how far it may go.
    /// <value><see cref="TemplateOptions.Default"/>.</value></param>
    /// <param name="tokenLimit">How many tokens the prompt may take, 0 or more. With one, time and memory are bounded by it, not by the length of
    /// the messages: rendering ends where the text can't fit any more, and encoding where the tokens don't.
    /// <value>No limit.</value></param>
    /// <exception cref="ArgumentNullException">There are no messages.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The limit is negative.</exception>
    /// <exception cref="ChatTemplateException">The template failed, refused the messages or went beyond its limits.</exception>
    /// <exception cref="InvalidOperationException">The folder has no chat template.</exception>
    /// <exception cref="TokenLimitException">The prompt takes more tokens than <paramref name="tokenLimit"/>.</exception>
    /// <exception cref="TokenizerPatternException">A pattern of the tokenizer backtracks without end on this prompt.</exception>
    public PromptEncoding EncodeChat(IReadOnlyList<TemplateMessage> messages, TemplateOptions? options = null, int tokenLimit = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentOutOfRangeException.ThrowIfNegative(tokenLimit);
        var template = Template ?? throw new InvalidOperationException(
            "The model folder has no chat template: add chat_template.jinja to it, or encode text of your own.");
        options ??= TemplateOptions.Default;
        var longest = (long)tokenLimit * Tokenizer.LongestToken;
        if (longest >= options.MaximumLength)
            return Encode(template.Render(messages, options), tokenLimit);
        try
        {
            return Encode(template.Render(messages, options with { MaximumLength = (int)longest }), tokenLimit);
        }
        catch (ChatTemplateException e) when (e.LengthReached is { } length)
        {
            throw new TokenLimitException(tokenLimit, Math.Max(tokenLimit + 1L, (length + Tokenizer.LongestToken - 1) / Tokenizer.LongestToken), e);
        }
    }

    /// <summary>Encodes a rendered prompt. Content never becomes a special token.</summary>
    /// <param name="prompt">What a template rendered.</param>
    /// <param name="tokenLimit">How many tokens the prompt may take, 0 or more.
    /// <value>No limit.</value></param>
    /// <exception cref="ArgumentNullException">There is no prompt.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The limit is negative.</exception>
    /// <exception cref="TokenLimitException">The prompt takes more tokens than <paramref name="tokenLimit"/>.</exception>
    /// <exception cref="TokenizerPatternException">A pattern of the tokenizer backtracks without end on this prompt.</exception>
    public PromptEncoding Encode(RenderedPrompt prompt, int tokenLimit = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return Tokenizer.Encode(prompt.Marked, tokenLimit);
    }

    /// <summary>A decoder for one answer that arrives token by token.</summary>
    /// <param name="skipSpecialTokens">Whether special tokens are left out of the text.</param>
    public StreamingDecoder CreateDecoder(bool skipSpecialTokens = true) => Tokenizer.CreateDecoder(skipSpecialTokens);
}
