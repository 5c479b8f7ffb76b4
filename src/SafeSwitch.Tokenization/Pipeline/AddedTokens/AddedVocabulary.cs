using SafeSwitch.Tokenization.Patterns;
using SafeSwitch.Tokenization.Pipeline.Normalizers;

namespace SafeSwitch.Tokenization.Pipeline.AddedTokens;

/// <summary>The tokens beside the model's vocabulary: found in the raw text, or in the normalized text if they ask for that.</summary>
internal sealed class AddedVocabulary
{
    private readonly AddedTokenTrie raw;
    private readonly AddedTokenTrie normalized;
    private readonly Dictionary<int, AddedToken> byId = [];
    private readonly Dictionary<string, AddedToken> byContent = new(StringComparer.Ordinal);

    public AddedVocabulary(IReadOnlyList<AddedToken> tokens, Normalizer? normalizer)
    {
        foreach (var token in tokens)
            byId[token.Id] = byContent[token.Content] = token;
        Tokens = [.. byContent.Values];
        raw = new AddedTokenTrie(Tokens.Where(t => !t.Normalized).Select(t => (t.Content, t)));
        normalized = new AddedTokenTrie(Tokens.Where(t => t.Normalized).Select(t => (normalizer?.Apply(t.Content) ?? t.Content, t)));
    }

    public IReadOnlyList<AddedToken> Tokens { get; }

    public AddedToken? Find(int id) => byId.GetValueOrDefault(id);

    public AddedToken? Find(string content) => byContent.GetValueOrDefault(content);

    /// <summary>The tokens of a text, and the text between them. <paramref name="isContent"/> tells whether a range holds content.</summary>
    public void CutRaw(PipelineText text, Func<int, int, bool> isContent, IAddedTokenSink sink) => Cut(raw, text, isContent, sink);

    /// <summary>The same for the tokens that are looked for after normalization.</summary>
    public void CutNormalized(PipelineText text, Func<int, int, bool> isContent, IAddedTokenSink sink) => Cut(normalized, text, isContent, sink);

    private static void Cut(AddedTokenTrie trie, PipelineText text, Func<int, int, bool> isContent, IAddedTokenSink sink)
    {
        var value = text.Value.AsSpan();
        var emitted = 0;
        for (var position = trie.NextCandidate(value, 0); position >= 0; position = trie.NextCandidate(value, position))
        {
            var token = trie.Longest(value, position, value.Length, out var end);
            if (token is null)
            {
                position++;
                continue;
            }

            if (token.Control && Holds(text, position, end, isContent))
            {
                // Content must not become a control token. Text that is content as a whole is passed over like the reference does;
                // template text in front of content may still hold a shorter token.
                var limit = end;
                while (limit > position && Holds(text, limit - 1, limit, isContent))
                    limit--;
                if (limit == position)
                {
                    position = end;
                    continue;
                }

                token = trie.Longest(value, position, limit, out end);
                if (token is null || (token.Control && Holds(text, position, end, isContent)))
                {
                    position++;
                    continue;
                }
            }

            if (token.SingleWord && (EndsWithWord(value[..position]) || StartsWithWord(value[end..])))
            {
                position = end;
                continue;
            }

            var (start, stop) = (position, end);
            while (token.StripLeft && start > emitted && char.IsWhiteSpace(value[start - 1]))
                start--;
            while (token.StripRight && stop < value.Length && char.IsWhiteSpace(value[stop]))
                stop++;
            if (start > emitted)
                sink.AddText(text, emitted, start - emitted);
            sink.AddToken(token, text, position, end);
            position = emitted = stop;
        }

        if (emitted < value.Length)
            sink.AddText(text, emitted, value.Length - emitted);
    }

    private static bool Holds(PipelineText text, int start, int end, Func<int, int, bool> isContent)
    {
        var (from, to) = text.OriginOf(start, end);
        return isContent(from, to);
    }

    private static bool EndsWithWord(ReadOnlySpan<char> text) =>
        text.Length > 0 && IsWord(CodePointSet.At(text, text.Length - CodePointSet.WidthBefore(text, text.Length), out _));

    private static bool StartsWithWord(ReadOnlySpan<char> text) => text.Length > 0 && IsWord(CodePointSet.At(text, 0, out _));

    private static bool IsWord(int code) => CodePointSet.IsWord(code) || code is 0x200C or 0x200D;
}

/// <summary>Takes added tokens and the text between them, in order.</summary>
internal interface IAddedTokenSink
{
    void AddText(PipelineText text, int start, int length);

    /// <summary>A token and its own text, without the white space that it may have swallowed.</summary>
    void AddToken(AddedToken token, PipelineText text, int start, int end);
}
