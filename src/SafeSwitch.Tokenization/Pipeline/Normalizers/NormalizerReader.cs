using SafeSwitch.Tokenization.Loading;
using SafeSwitch.Tokenization.Unicode;

namespace SafeSwitch.Tokenization.Pipeline.Normalizers;

internal static class NormalizerReader
{
    private const string Supported = "NFC, NFD, NFKC, NFKD, Lowercase, Prepend, Replace, Strip, StripAccents, Sequence";

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
            "Prepend" => new PrependNormalizer(json.Required("prepend").String()),
            "Replace" => new ReplaceNormalizer(TextPattern.Read(json.Required("pattern")), json.Required("content").String()),
            "Strip" => new StripNormalizer(json.Required("strip_left").Bool(), json.Required("strip_right").Bool()),
            "Sequence" => new NormalizerSequence([.. json.Required("normalizers").Items().Select(Read).OfType<Normalizer>()]),
            var other => throw type.Unsupported("normalizer", other, Supported),
        };
    }
}
