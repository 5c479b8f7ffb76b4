using SafeSwitch.Tokenization.Json;

namespace SafeSwitch.Tokenization.Pipeline.PreTokenizers;

/// <summary>Cuts a piece into smaller ones, in order. The model never merges across a cut.</summary>
internal abstract class PreTokenizer
{
    private const string Supported = "ByteLevel, Split, Digits, Metaspace, Punctuation, Whitespace, WhitespaceSplit, CharDelimiterSplit, BertPreTokenizer, Sequence";

    public abstract void Cut(PipelineText text, int start, int length, IPieceSink sink);

    /// <summary>What a <c>pre_tokenizer</c> object describes; null where there is none.</summary>
    public static PreTokenizer? Read(JsonCursor json)
    {
        if (json.IsNull)
            return null;
        var type = json.Required("type");
        return type.String() switch
        {
            "ByteLevel" => ByteLevelSplit.From(json),
            "Split" => PatternSplit.From(json),
            "Whitespace" => new PatternSplit(TextPattern.Regex(@"\w+|[^\w\s]+"), SplitBehavior.Removed, invert: true),
            "Digits" => CharacterSplit.Digits(json),
            "Punctuation" => CharacterSplit.Punctuation(json),
            "WhitespaceSplit" => CharacterSplit.WhiteSpace,
            "CharDelimiterSplit" => CharacterSplit.Delimiter(json.Required("delimiter")),
            "BertPreTokenizer" => new PreTokenizerSequence([CharacterSplit.WhiteSpace, CharacterSplit.EachPunctuation]),
            "Metaspace" => MetaspaceSplit.From(json),
            "Sequence" => PreTokenizerSequence.From(json),
            var other => throw type.Unsupported("pre-tokenizer", other, Supported),
        };
    }
}

/// <summary>Pre-tokenizers one after the other: each cuts the pieces of the one before.</summary>
internal sealed class PreTokenizerSequence(IReadOnlyList<PreTokenizer> stages) : PreTokenizer
{
    public IReadOnlyList<PreTokenizer> Stages => stages;

    public static PreTokenizerSequence From(JsonCursor json) => new([.. json.Required("pretokenizers").Items().Select(Read).OfType<PreTokenizer>()]);

    public override void Cut(PipelineText text, int start, int length, IPieceSink sink)
    {
        for (var i = stages.Count - 1; i >= 0; i--)
            sink = new Stage(stages[i], sink);
        sink.Add(text, start, length);
    }

    private sealed class Stage(PreTokenizer stage, IPieceSink next) : IPieceSink
    {
        public void Add(PipelineText text, int start, int length) => stage.Cut(text, start, length, next);
    }
}
