using SafeSwitch.Tokenization.Bpe;
using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Pipeline.AddedTokens;
using SafeSwitch.Tokenization.Pipeline.Normalizers;
using SafeSwitch.Tokenization.Pipeline.PreTokenizers;

namespace SafeSwitch.Tokenization.Pipeline;

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
    public MarkedTokens Encode(MarkedText source, bool traced)
    {
        var tokens = new MarkedTokens(source, traced);
        var text = ReplaceLoneSurrogates(source.Value);
        added.CutRaw(PipelineText.FromSource(text, 0, traced || source.Runs.Length > 1), tokens.IsContent, new RawSink(this, tokens));
        return tokens;
    }

    /// <summary>Half a surrogate pair is no text; it becomes the replacement character, as it would on its way through UTF-8.</summary>
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
