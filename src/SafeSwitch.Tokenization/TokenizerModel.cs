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

    /// <summary>Encodes template text: special tokens written in it are recognised.</summary>
    /// <param name="text">The text; half a surrogate pair in it counts as U+FFFD.</param>
    /// <param name="addSpecialTokens">Whether to put the tokens around it that the model expects around every text.
    /// <value>False: a chat template writes them itself.</value></param>
    public int[] Encode(string text, bool addSpecialTokens = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Wrap(encoder.Encode(MarkedText.Template(text), traced: false), addSpecialTokens);
    }

    /// <summary>Encodes content, such as a user's text: no special token comes of it, whatever it says.</summary>
    /// <inheritdoc cref="Encode(string, bool)"/>
    public int[] EncodeContent(string text, bool addSpecialTokens = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Wrap(encoder.Encode(MarkedText.Of(text, Mark.Input), traced: false), addSpecialTokens);
    }

    /// <summary>The text of tokens. Unknown ids are passed over; bytes that are no UTF-8 become U+FFFD.</summary>
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
    public int? TokenToId(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return added.Find(token)?.Id ?? (definition.Model.Vocabulary.TryGetId(token, out var id) ? id : null);
    }

    /// <summary>A token as the vocabulary spells it, or null for an id that it does not have.</summary>
    public string? IdToToken(int id) => added.Find(id)?.Content ?? definition.Model.Vocabulary.PieceOf(id);

    /// <summary>Whether the file declares a token special: it steers the model and is no part of an answer's text.</summary>
    public bool IsSpecial(int id) => added.Find(id) is { Special: true };

    /// <summary>A decoder for one answer that arrives token by token.</summary>
    /// <param name="skipSpecialTokens">Whether special tokens are left out of the text.</param>
    public StreamingDecoder CreateDecoder(bool skipSpecialTokens = true) => new(this, definition.Decoder, skipSpecialTokens);

    /// <summary>Encodes text whose characters know where they came from.</summary>
    internal PromptEncoding Encode(MarkedText text)
    {
        var tokens = encoder.Encode(text, traced: true);
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

    private int[] Wrap(MarkedTokens tokens, bool addSpecialTokens)
    {
        var post = addSpecialTokens ? definition.PostProcessor : PostProcessor.None;
        return [.. post.Before, .. tokens.Ids, .. post.After];
    }
}
