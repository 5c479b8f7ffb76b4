using SafeSwitch.Tokenization.Json;
using SafeSwitch.Tokenization.Loading;
using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Pipeline;
using SafeSwitch.Tokenization.Pipeline.AddedTokens;
using SafeSwitch.Tokenization.Pipeline.Decoders;
using SafeSwitch.Tokenization.Pipeline.PostProcessors;

namespace SafeSwitch.Tokenization;

/// <summary>
/// Text to token ids and back, as a <c>tokenizer.json</c> describes. Immutable and thread-safe.
/// Template text may contain special tokens; content never becomes one: the two have entry points of their own.
/// </summary>
public sealed class TokenizerModel
{
    private readonly TokenizerDefinition definition;
    private readonly AddedVocabulary added;
    private readonly TextEncoder encoder;

    private TokenizerModel(TokenizerDefinition definition, IReadOnlyList<AddedToken> added)
    {
        this.definition = definition;
        this.added = new AddedVocabulary(added, definition.Normalizer);
        encoder = new TextEncoder(this.added, definition.Normalizer, definition.PreTokenizer, definition.Model);
        VocabularySize = Math.Max(definition.Model.Vocabulary.IdLimit, added.Count == 0 ? 0 : added.Max(t => t.Id) + 1);
        var longest = Math.Max(definition.Model.Vocabulary.LongestPiece, added.Count == 0 ? 1 : added.Max(t => t.Content.Length));
        LongestToken = longest * (definition.Normalizer?.LargestShrink ?? 1);
    }

    /// <summary>One more than the largest token id.</summary>
    public int VocabularySize { get; }

    /// <summary>Loads a <c>tokenizer.json</c>.</summary>
    /// <exception cref="TokenizerFormatException">The file cannot be read, is damaged, or asks for something unsupported.</exception>
    public static TokenizerModel LoadFile(string tokenizerJsonPath) => Create(JsonCursor.ReadFile(tokenizerJsonPath));

    /// <summary>Loads a <c>tokenizer.json</c> from memory.</summary>
    /// <param name="json">The file's bytes, UTF-8.</param>
    /// <param name="name">What to call the file in errors.</param>
    /// <exception cref="TokenizerFormatException">The file is damaged or asks for something unsupported.</exception>
    public static TokenizerModel Parse(ReadOnlyMemory<byte> json, string name = "tokenizer.json") => Create(JsonCursor.Parse(json, name));

    /// <summary>The most UTF-16 units of a text that one token can stand for. A text of n units takes at least n / this tokens; white space
    /// that the tokenizer drops counts.</summary>
    public int LongestToken { get; }

    /// <summary>Encodes template text: special tokens written in it are recognised.</summary>
    /// <param name="text">The text; half a surrogate pair in it counts as U+FFFD.</param>
    /// <param name="addSpecialTokens">Whether to put the tokens around it that the model expects around every text.
    /// <value>False: a chat template writes them itself.</value></param>
    /// <param name="tokenLimit">How many tokens the text may take, those around it not counted, 0 or more. Time and memory are bounded by this
    /// number, not by the length of the text.
    /// <value>No limit.</value></param>
    /// <exception cref="ArgumentNullException">There is no text.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The limit is negative.</exception>
    /// <exception cref="TokenLimitException">The text takes more tokens than <paramref name="tokenLimit"/>.</exception>
    /// <exception cref="TokenizerPatternException">A pattern of the file backtracks without end on this text.</exception>
    public int[] Encode(string text, bool addSpecialTokens = false, int tokenLimit = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Wrap(Run(MarkedText.Template(text), traced: false, tokenLimit), addSpecialTokens);
    }

    /// <summary>Encodes content, such as a user's text: no special token comes of it, whatever it says.</summary>
    /// <inheritdoc cref="Encode(string, bool, int)"/>
    public int[] EncodeContent(string text, bool addSpecialTokens = false, int tokenLimit = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Wrap(Run(MarkedText.Of(text, Mark.Input), traced: false, tokenLimit), addSpecialTokens);
    }

    /// <summary>The text of tokens. Unknown ids are passed over; bytes that aren't UTF-8 become U+FFFD.</summary>
    /// <param name="ids">The tokens.</param>
    /// <param name="skipSpecialTokens">Whether special tokens are left out of the text.</param>
    /// <exception cref="TokenizerPatternException">A pattern of the file backtracks without end on this text.</exception>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = false)
    {
        List<string> pieces = new(ids.Length);
        foreach (var id in ids)
        {
            if (IdToToken(id) is { } piece && !(skipSpecialTokens && IsSpecial(id)))
                pieces.Add(piece);
        }

        return definition.Decoder is { } decoder ? string.Concat(decoder.Apply(pieces)) : string.Join(' ', pieces);
    }

    /// <summary>The id of a token as the vocabulary spells it, or null.</summary>
    /// <exception cref="ArgumentNullException">There is no token.</exception>
    public int? TokenToId(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return added.Find(token)?.Id ?? (definition.Model.Vocabulary.TryGetId(token, out var id) ? id : null);
    }

    /// <summary>A token as the vocabulary spells it, or null for an id that it does not have.</summary>
    public string? IdToToken(int id) => added.Find(id)?.Content ?? definition.Model.Vocabulary.PieceOf(id);

    /// <summary>Whether the file declares a token special: it steers the model and isn't part of an answer's text.</summary>
    public bool IsSpecial(int id) => added.Find(id) is { Special: true };

    /// <summary>A decoder for one answer that arrives token by token.</summary>
    /// <param name="skipSpecialTokens">Whether special tokens are left out of the text.</param>
    public StreamingDecoder CreateDecoder(bool skipSpecialTokens = true) => new(this, definition.Decoder, skipSpecialTokens);

    /// <summary>Encodes text whose characters know where they came from.</summary>
    internal PromptEncoding Encode(MarkedText text, int tokenLimit)
    {
        var tokens = Run(text, traced: true, tokenLimit);
        return PromptEncoding.Create(text.Value, [.. tokens.Ids], tokens.Marks);
    }

    /// <summary>The same tokenizer, where more of the added tokens are out of reach for content.</summary>
    internal TokenizerModel WithControlTokens(Func<string, bool> isControl) =>
        new(definition, [.. added.Tokens.Select(t => t with { Control = t.Control || isControl(t.Content) })]);

    private static TokenizerModel Create(JsonCursor root)
    {
        var definition = TokenizerDefinition.Read(root);
        return new TokenizerModel(definition, definition.AddedTokens);
    }

    private MarkedTokens Run(MarkedText text, bool traced, int tokenLimit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tokenLimit);
        if (text.Length > (long)tokenLimit * LongestToken)
            throw new TokenLimitException(tokenLimit, (text.Length + LongestToken - 1L) / LongestToken);
        return encoder.Encode(text, traced, tokenLimit);
    }

    private int[] Wrap(MarkedTokens tokens, bool addSpecialTokens)
    {
        var post = addSpecialTokens ? definition.PostProcessor : PostProcessor.None;
        return [.. post.Before, .. tokens.Ids, .. post.After];
    }
}
