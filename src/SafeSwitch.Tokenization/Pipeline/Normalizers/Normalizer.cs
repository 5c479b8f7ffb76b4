using SafeSwitch.Tokenization.Json;
using SafeSwitch.Tokenization.Unicode;

namespace SafeSwitch.Tokenization.Pipeline.Normalizers;

/// <summary>Rewrites a text before it is cut.</summary>
internal abstract class Normalizer
{
    private const string Supported = "NFC, NFD, NFKC, NFKD, Lowercase, Prepend, Replace, Strip, StripAccents, Sequence";

    public abstract PipelineText Apply(PipelineText text);

    /// <summary>How many UTF-16 units it may write as one, text that it drops altogether left aside.</summary>
    public virtual int LargestShrink => 1;

    /// <summary>What becomes of a text that nobody traces.</summary>
    public string Apply(string text) => Apply(PipelineText.FromSource(text, 0, traced: false)).Value;

    /// <summary>What a <c>normalizer</c> object describes; null where there is none.</summary>
    public static Normalizer? Read(JsonCursor json)
    {
        if (json.IsNull)
            return null;
        var type = json.Required("type");
        return type.String() switch
        {
            "NFC" => new UnicodeFormNormalizer(UnicodeForm.Nfc),
            "NFD" => new UnicodeFormNormalizer(UnicodeForm.Nfd),
            "NFKC" => new UnicodeFormNormalizer(UnicodeForm.Nfkc),
            "NFKD" => new UnicodeFormNormalizer(UnicodeForm.Nfkd),
            "Lowercase" => CharacterNormalizer.Lowercase,
            "StripAccents" => CharacterNormalizer.StripAccents,
            "Prepend" => PrependNormalizer.From(json),
            "Replace" => ReplaceNormalizer.From(json),
            "Strip" => StripNormalizer.From(json),
            "Sequence" => NormalizerSequence.From(json),
            var other => throw type.Unsupported("normalizer", other, Supported),
        };
    }
}

/// <summary>Normalizers one after the other.</summary>
internal sealed class NormalizerSequence(IReadOnlyList<Normalizer> steps) : Normalizer
{
    public static NormalizerSequence From(JsonCursor json) => new([.. json.Required("normalizers").Items().Select(Read).OfType<Normalizer>()]);

    public override int LargestShrink => (int)Math.Min(1_000, steps.Aggregate(1L, (product, step) => Math.Min(1_000, product * step.LargestShrink)));

    public override PipelineText Apply(PipelineText text)
    {
        foreach (var step in steps)
            text = step.Apply(text);
        return text;
    }
}
