using System.Globalization;
using SafeSwitch.Tokenization.Json;
using SafeSwitch.Tokenization.Patterns;

namespace SafeSwitch.Tokenization.Pipeline.PreTokenizers;

/// <summary>Cuts at every code point of a kind: digits, punctuation, white space, a delimiter.</summary>
internal sealed class CharacterSplit(Func<int, bool> matches, SplitBehavior behavior) : PreTokenizer
{
    public static CharacterSplit WhiteSpace { get; } = new(CodePointSet.IsWhiteSpace, SplitBehavior.Removed);

    public static CharacterSplit EachPunctuation { get; } = new(IsPunctuation, SplitBehavior.Isolated);

    public static CharacterSplit Digits(JsonCursor json) =>
        new(IsNumber, json.Optional("individual_digits").Bool(fallback: false) ? SplitBehavior.Isolated : SplitBehavior.Contiguous);

    public static CharacterSplit Punctuation(JsonCursor json) =>
        json.Optional("behavior") is { IsNull: false } behavior ? new CharacterSplit(IsPunctuation, SplitBehaviors.Read(behavior)) : EachPunctuation;

    public static CharacterSplit Delimiter(JsonCursor delimiter)
    {
        var text = delimiter.String();
        if (text.Length == 0)
            throw delimiter.Error("is empty, expected one character");
        var code = char.ConvertToUtf32(text, 0);
        return new CharacterSplit(c => c == code, SplitBehavior.Removed);
    }

    public override void Cut(PipelineText text, int start, int length, IPieceSink sink)
    {
        List<(int, int, bool)> stretches = [];
        var end = start + length;
        var unmatched = start;
        for (var i = start; i < end;)
        {
            var code = CodePointSet.At(text.Value, i, out var width);
            if (matches(code))
            {
                if (i > unmatched)
                    stretches.Add((unmatched, i, false));
                stretches.Add((i, i + width, true));
                unmatched = i + width;
            }

            i += width;
        }

        if (unmatched == start)
        {
            sink.Add(text, start, length);
            return;
        }

        if (end > unmatched)
            stretches.Add((unmatched, end, false));
        SplitBehaviors.Cut(text, stretches, behavior, sink);
    }

    /// <summary>Every number sign, as the reference's <c>is_numeric</c>: decimal digits, letter numbers, other numbers.</summary>
    private static bool IsNumber(int code) => CodePointSet.Category(code)
        is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    private static bool IsPunctuation(int code) => code < 128
        ? char.IsPunctuation((char)code) || char.IsSymbol((char)code)
        : CodePointSet.Category(code) is >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation;
}
