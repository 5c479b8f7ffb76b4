using System.Globalization;
using System.Text;
using SafeSwitch.Tokenization.Json;

namespace SafeSwitch.Tokenization.Bpe;

/// <summary>
/// Byte-pair encoding of one word at a time. Written here rather than taken from Microsoft.ML.Tokenizers because a token must
/// know which characters it covers, byte fallback and ignored merges must equal the models' own tokenizers id for id, and a word
/// of a megabyte must not take quadratic time.
/// </summary>
internal sealed class BpeModel
{
    /// <summary>Up to this many pieces a word is merged on the stack.</summary>
    private const int OnStack = 64;

    private readonly BpeOptions options;
    private readonly MergeTable merges;
    private readonly int[] byteIds = new int[256];
    private readonly int[] fallbackIds = new int[256];
    private readonly int unknownId = -1;
    private readonly WordCache byteWords = new();
    private readonly WordCache charWords = new();

    private BpeModel(Vocabulary vocabulary, MergeTable merges, BpeOptions options)
    {
        Vocabulary = vocabulary;
        this.merges = merges;
        this.options = options;
        for (var value = 0; value < 256; value++)
        {
            byteIds[value] = vocabulary.TryGetId([ByteAlphabet.ToChar((byte)value)], out var id) ? id : -1;
            fallbackIds[value] = vocabulary.TryGetId(string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>"), out id) ? id : -1;
        }

        if (options.UnknownPiece is not null && vocabulary.TryGetId(options.UnknownPiece, out var unknown))
            unknownId = unknown;
    }

    public Vocabulary Vocabulary { get; }

    /// <summary>Whether bytes map straight to pieces, so that a byte-level word need not be spelled out in characters first.</summary>
    public bool CoversAllBytes => Array.TrueForAll(byteIds, id => id >= 0) && options is { ContinuingPrefix: null, EndSuffix: null };

    public static BpeModel Read(JsonCursor model)
    {
        var options = BpeOptions.Read(model);
        var vocabulary = Vocabulary.Read(model.Required("vocab"));
        return new BpeModel(vocabulary, MergeTable.Read(model.Required("merges"), vocabulary, options), options);
    }

    /// <summary>The tokens of a word, each of whose UTF-8 bytes is a piece to begin with. Needs <see cref="CoversAllBytes"/>.</summary>
    public WordTokens EncodeBytes(ReadOnlySpan<char> word)
    {
        if (!WordCache.Accepts(word))
            return MergeBytes(word);
        if (byteWords.Find(word, out var hash) is { } known)
            return known;
        var tokens = MergeBytes(word);
        byteWords.Offer(hash, word, tokens);
        return tokens;
    }

    /// <summary>The tokens of a word, each of whose characters is a piece to begin with.</summary>
    public WordTokens EncodeCharacters(ReadOnlySpan<char> word)
    {
        if (!WordCache.Accepts(word))
            return MergeCharacters(word);
        if (charWords.Find(word, out var hash) is { } known)
            return known;
        var tokens = MergeCharacters(word);
        charWords.Offer(hash, word, tokens);
        return tokens;
    }

    private WordTokens MergeBytes(ReadOnlySpan<char> word)
    {
        var size = Encoding.UTF8.GetByteCount(word);
        var bytes = size <= 256 ? stackalloc byte[size] : new byte[size];
        Encoding.UTF8.GetBytes(word, bytes);
        if (options.IgnoreMerges && Whole(bytes, out var whole))
            return WordTokens.Whole(whole, word.Length);
        var symbols = size <= OnStack ? new SymbolList(stackalloc int[OnStack], stackalloc int[OnStack]) : new SymbolList(size);
        try
        {
            for (var i = 0; i < bytes.Length; i++)
                symbols.Add(byteIds[bytes[i]], i);
            symbols.Merge(merges);
            return ToTokens(symbols, word, bytes);
        }
        finally
        {
            symbols.Dispose();
        }
    }

    private bool Whole(ReadOnlySpan<byte> bytes, out int id)
    {
        var spelled = bytes.Length <= 256 ? stackalloc char[bytes.Length] : new char[bytes.Length];
        for (var i = 0; i < bytes.Length; i++)
            spelled[i] = ByteAlphabet.ToChar(bytes[i]);
        return Vocabulary.TryGetId(spelled, out id);
    }

    /// <summary>Turns byte positions into UTF-16 positions: down for a start, up for an end, where a character is cut.</summary>
    private static WordTokens ToTokens(scoped in SymbolList symbols, ReadOnlySpan<char> word, ReadOnlySpan<byte> bytes)
    {
        var count = symbols.Ids.Length;
        var tokens = WordTokens.OfCount(count);
        Span<int> starts = tokens.Starts, ends = tokens.Ends;
        symbols.Ids.CopyTo(tokens.Ids);
        if (bytes.Length == word.Length)
        {
            symbols.Starts.CopyTo(starts);
            for (var i = 0; i < count; i++)
                ends[i] = i + 1 < count ? starts[i + 1] : word.Length;
            return tokens;
        }

        int character = 0, next = 0, token = 0;
        for (var position = 0; position <= bytes.Length; position++)
        {
            if (position == bytes.Length || (bytes[position] & 0xC0) != 0x80)
            {
                character = next;
                if (position < bytes.Length)
                    next += bytes[position] >= 0xF0 ? 2 : 1;
            }

            if (token < count && symbols.Starts[token] == position)
            {
                starts[token] = character;
                if (token > 0)
                    ends[token - 1] = position < bytes.Length && (bytes[position] & 0xC0) == 0x80 ? next : character;
                token++;
            }
        }

        if (count > 0)
            ends[^1] = word.Length;
        return tokens;
    }

    private WordTokens MergeCharacters(ReadOnlySpan<char> word)
    {
        if (options.IgnoreMerges && Vocabulary.TryGetId(word, out var whole))
            return WordTokens.Whole(whole, word.Length);
        var symbols = word.Length <= OnStack ? new SymbolList(stackalloc int[OnStack], stackalloc int[OnStack]) : new SymbolList(word.Length);
        try
        {
            Spell(word, ref symbols);
            symbols.Merge(merges);
            var count = symbols.Ids.Length;
            var tokens = WordTokens.OfCount(count);
            Span<int> starts = tokens.Starts, ends = tokens.Ends;
            symbols.Ids.CopyTo(tokens.Ids);
            symbols.Starts.CopyTo(starts);
            // Byte fallback gives several pieces for one character: each of them spans all of it.
            for (var i = 0; i < count; i++)
            {
                var following = i + 1;
                while (following < count && starts[following] == starts[i])
                    following++;
                ends[i] = following < count ? starts[following] : word.Length;
            }

            return tokens;
        }
        finally
        {
            symbols.Dispose();
        }
    }

    private void Spell(ReadOnlySpan<char> word, ref SymbolList symbols)
    {
        Span<byte> utf8 = stackalloc byte[4];
        var unknownStart = -1;
        for (var i = 0; i < word.Length;)
        {
            var width = char.IsHighSurrogate(word[i]) && i + 1 < word.Length && char.IsLowSurrogate(word[i + 1]) ? 2 : 1;
            var character = word.Slice(i, width);
            if (Lookup(character, first: i == 0, last: i + width == word.Length, out var id))
            {
                FlushUnknown(ref symbols, ref unknownStart);
                symbols.Add(id, i);
            }
            else if (options.ByteFallback && FallbackCovers(utf8[..Encoding.UTF8.GetBytes(character, utf8)]))
            {
                FlushUnknown(ref symbols, ref unknownStart);
                var size = Encoding.UTF8.GetByteCount(character);
                foreach (var value in utf8[..size])
                    symbols.Add(fallbackIds[value], i);
            }
            else if (unknownId >= 0)
            {
                if (!options.FuseUnknown)
                    FlushUnknown(ref symbols, ref unknownStart);
                if (unknownStart < 0)
                    unknownStart = i;
            }

            i += width;
        }

        FlushUnknown(ref symbols, ref unknownStart);
    }

    private bool Lookup(ReadOnlySpan<char> character, bool first, bool last, out int id)
    {
        if (options is { ContinuingPrefix: null, EndSuffix: null })
            return Vocabulary.TryGetId(character, out id);
        var prefix = first ? "" : options.ContinuingPrefix;
        var suffix = last ? options.EndSuffix : "";
        return Vocabulary.TryGetId($"{prefix}{character}{suffix}", out id);
    }

    private bool FallbackCovers(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            if (fallbackIds[value] < 0)
                return false;
        }

        return true;
    }

    private void FlushUnknown(ref SymbolList symbols, ref int start)
    {
        if (start >= 0)
            symbols.Add(unknownId, start);
        start = -1;
    }
}

/// <summary>The tokens of one word, in one array: ids, where they start and where they end. Positions are UTF-16 units of the word; a token that
/// holds part of a character spans the whole character.</summary>
internal sealed class WordTokens(int[] data)
{
    public static readonly WordTokens None = new([]);

    public int Count => data.Length / 3;

    public Span<int> Ids => data.AsSpan(0, Count);

    public Span<int> Starts => data.AsSpan(Count, Count);

    public Span<int> Ends => data.AsSpan(2 * Count, Count);

    public static WordTokens OfCount(int count) => count == 0 ? None : new WordTokens(new int[3 * count]);

    /// <summary>A word that is one token.</summary>
    public static WordTokens Whole(int id, int length) => new([id, 0, length]);
}
