using SafeSwitch.Tokenization.Bpe;
using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Pipeline;
using SafeSwitch.Tokenization.Pipeline.AddedTokens;
using SafeSwitch.Tokenization.Pipeline.Normalizers;
using SafeSwitch.Tokenization.Pipeline.PreTokenizers;

namespace SafeSwitch.Tokenization;

/// <summary>From text to tokens: added tokens, normalizer, pre-tokenizer, model.</summary>
internal sealed class TextEncoder
{
    private readonly AddedVocabulary added;
    private readonly Normalizer? normalizer;
    private readonly PreTokenizer? preTokenizer;
    private readonly BpeModel model;
    private readonly bool byBytes;

    public TextEncoder(AddedVocabulary added, Normalizer? normalizer, PreTokenizer? preTokenizer, BpeModel model)
    {
        (this.added, this.normalizer, this.preTokenizer, this.model) = (added, normalizer, preTokenizer, model);
        if (model.CoversAllBytes)
            (this.preTokenizer, byBytes) = LeaveSpellingToModel(preTokenizer);
    }

    /// <summary>The tokens of a text. Control tokens are found in template text only.</summary>
    /// <exception cref="TokenLimitException">There are more than the limit; those after it were not looked for.</exception>
    public MarkedTokens Encode(MarkedText source, bool traced, int tokenLimit)
    {
        var tokens = new MarkedTokens(source, traced, tokenLimit);
        var text = ReplaceLoneSurrogates(source.Value);
        added.CutRaw(PipelineText.FromSource(text, 0, traced || source.Runs.Length > 1), tokens.IsContent, new RawSink(this, tokens));
        return tokens;
    }

    /// <summary>Half a surrogate pair isn't text; it becomes the replacement character, as it would on its way through UTF-8.</summary>
    private static string ReplaceLoneSurrogates(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            return text;
        char[]? repaired = null;
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else
                (repaired ??= text.ToCharArray())[i] = '\uFFFD';
        }

        return repaired is null ? text : new string(repaired);
    }

    private static (PreTokenizer?, bool) LeaveSpellingToModel(PreTokenizer? preTokenizer)
    {
        if (preTokenizer is ByteLevelSplit alone)
            return (alone.WithoutSpelling(), true);
        if (preTokenizer is not PreTokenizerSequence { Stages: [.., ByteLevelSplit last] } sequence)
            return (preTokenizer, false);
        PreTokenizer[] earlier = [.. sequence.Stages.SkipLast(1)];
        // A stage that spells bytes leaves no plain text for the model to spell.
        return earlier.Any(stage => stage is ByteLevelSplit or PreTokenizerSequence)
            ? (preTokenizer, false)
            : (new PreTokenizerSequence([.. earlier, last.WithoutSpelling()]), true);
    }

    private sealed class RawSink(TextEncoder encoder, MarkedTokens tokens) : IAddedTokenSink
    {
        public void AddText(PipelineText text, int start, int length)
        {
            text = text.Part(start, length);
            text = encoder.normalizer?.Apply(text) ?? text;
            encoder.added.CutNormalized(text, tokens.IsContent, new NormalizedSink(encoder, tokens));
        }

        public void AddToken(AddedToken token, PipelineText text, int start, int end) => tokens.Add(token.Id, text, start, end);
    }

    private sealed class NormalizedSink(TextEncoder encoder, MarkedTokens tokens) : IAddedTokenSink, IPieceSink
    {
        public void AddText(PipelineText text, int start, int length)
        {
            if (encoder.preTokenizer is null)
                Add(text, start, length);
            else
                encoder.preTokenizer.Cut(text, start, length, this);
        }

        public void AddToken(AddedToken token, PipelineText text, int start, int end) => tokens.Add(token.Id, text, start, end);

        public void Add(PipelineText text, int start, int length)
        {
            var word = text.Value.AsSpan(start, length);
            tokens.Add(encoder.byBytes ? encoder.model.EncodeBytes(word) : encoder.model.EncodeCharacters(word), text, start);
        }
    }
}

/// <summary>The tokens of a text in the making, and the mark of each if the text is traced.</summary>
internal sealed class MarkedTokens(MarkedText source, bool traced, int limit)
{
    private readonly List<int>? marks = traced ? [] : null;
    private int run;

    public List<int> Ids { get; } = [];

    public IReadOnlyList<int> Marks => marks ?? [];

    public void Add(int id, PipelineText text, int start, int end)
    {
        RefuseBeyond(Ids.Count + 1);
        Ids.Add(id);
        if (marks is null)
            return;
        var (from, to) = text.OriginOf(start, end);
        marks.Add(MarkOf(from, to));
    }

    public void Add(WordTokens tokens, PipelineText text, int start)
    {
        if (marks is null)
        {
            RefuseBeyond(Ids.Count + tokens.Count);
            Ids.AddRange(tokens.Ids);
            return;
        }

        for (var i = 0; i < tokens.Count; i++)
            Add(tokens.Ids[i], text, start + tokens.Starts[i], start + tokens.Ends[i]);
    }

    public bool IsContent(int start, int end) => Mark.IsContent(MarkOf(start, end));

    private void RefuseBeyond(int count)
    {
        if (count > limit)
            throw new TokenLimitException(limit, count);
    }

    private int MarkOf(int start, int end)
    {
        var runs = source.Runs;
        if (start >= end || runs.Length == 0)
            return Mark.Template;
        // Tokens come nearly in order, so the run is nearly always the last one asked for or its neighbour.
        while (run > 0 && runs[run - 1].End > start)
            run--;
        while (runs[run].End <= start)
            run++;
        var mark = runs[run].Mark;
        for (var i = run + 1; i < runs.Length && runs[i - 1].End < end; i++)
            mark = Mark.Join(mark, runs[i].Mark);
        return mark;
    }
}
