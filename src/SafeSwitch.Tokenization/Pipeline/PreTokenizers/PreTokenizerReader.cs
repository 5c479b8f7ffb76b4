using System.Globalization;
using SafeSwitch.Tokenization.Loading;
using SafeSwitch.Tokenization.Patterns;

namespace SafeSwitch.Tokenization.Pipeline.PreTokenizers;

internal static class PreTokenizerReader
{
    private const string Supported = "ByteLevel, Split, Digits, Metaspace, Punctuation, Whitespace, WhitespaceSplit, CharDelimiterSplit, BertPreTokenizer, Sequence";

    public static PreTokenizer? Read(JsonCursor json)
    {
        if (json.IsNull)
            return null;
        var type = json.Required("type");
        return type.String() switch
        {
            "ByteLevel" => new ByteLevelSplit(json.Optional("add_prefix_space").Bool(fallback: true), json.Optional("use_regex").Bool(fallback: true)),
            "Split" => new PatternSplit(TextPattern.Read(json.Required("pattern")), SplitBehaviors.Read(json.Required("behavior")),
                json.Optional("invert").Bool(fallback: false)),
            "Digits" => new CharacterSplit(IsNumber,
                json.Optional("individual_digits").Bool(fallback: false) ? SplitBehavior.Isolated : SplitBehavior.Contiguous),
            "Punctuation" => new CharacterSplit(IsPunctuation,
                json.Optional("behavior") is { IsNull: false } behavior ? SplitBehaviors.Read(behavior) : SplitBehavior.Isolated),
            "WhitespaceSplit" => new CharacterSplit(CodePointSet.IsWhiteSpace, SplitBehavior.Removed),
            "Whitespace" => new PatternSplit(TextPattern.Regex(@"\w+|[^\w\s]+"), SplitBehavior.Removed, invert: true),
            "CharDelimiterSplit" => Delimiter(json.Required("delimiter")),
            "BertPreTokenizer" => new PreTokenizerSequence([new CharacterSplit(CodePointSet.IsWhiteSpace, SplitBehavior.Removed),
                new CharacterSplit(IsPunctuation, SplitBehavior.Isolated)]),
            "Metaspace" => Metaspace(json),
            "Sequence" => new PreTokenizerSequence([.. json.Required("pretokenizers").Items().Select(Read).OfType<PreTokenizer>()]),
            var other => throw type.Unsupported("pre-tokenizer", other, Supported),
        };
    }

    public static PrependScheme ReadScheme(JsonCursor json)
    {
        var scheme = json.Optional("prepend_scheme");
        if (scheme.IsNull)
            return json.Optional("add_prefix_space").Bool(fallback: true) ? PrependScheme.Always : PrependScheme.Never;
        return scheme.String() switch
        {
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            "always" => PrependScheme.Always,
            var other => throw scheme.Unsupported("prepend scheme", other, "first, never, always"),
        };
    }

    private static MetaspaceSplit Metaspace(JsonCursor json)
    {
        var replacement = json.Optional("replacement");
        return new MetaspaceSplit(replacement.IsNull ? "▁" : replacement.String(), ReadScheme(json), json.Optional("split").Bool(fallback: true));
    }

    private static CharacterSplit Delimiter(JsonCursor delimiter)
    {
        var text = delimiter.String();
        if (text.Length == 0)
            throw delimiter.Error("is empty, expected one character");
        var code = char.ConvertToUtf32(text, 0);
        return new CharacterSplit(c => c == code, SplitBehavior.Removed);
    }

    /// <summary>Every number sign, as the reference's <c>is_numeric</c>: decimal digits, letter numbers, other numbers.</summary>
    private static bool IsNumber(int code) => CodePointSet.Category(code)
        is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    private static bool IsPunctuation(int code) => code < 128
        ? char.IsPunctuation((char)code) || char.IsSymbol((char)code)
        : CodePointSet.Category(code) is >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation;
}
