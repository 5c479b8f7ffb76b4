using System.Globalization;
using System.Text;

namespace SafeSwitch.Tokenization.Patterns;

/// <summary>
/// A set of Unicode code points. The framework's own regular expressions work on UTF-16 units, where no letter or digit
/// above U+FFFF is a letter or digit; the patterns that models were trained with work on code points, so these do too.
/// </summary>
internal sealed class CodePointSet
{
    private readonly Func<int, bool> contains;
    private readonly ulong[] basicPlane = new ulong[0x10000 / 64];

    private CodePointSet(Func<int, bool> contains)
    {
        this.contains = contains;
        for (var code = 0; code < 0x10000; code++)
        {
            if (contains(code))
                basicPlane[code >> 6] |= 1UL << (code & 63);
        }
    }

    private CodePointSet(int[] codes)
    {
        contains = codes.Contains;
        foreach (var code in codes)
        {
            if (code < 0x10000)
                basicPlane[code >> 6] |= 1UL << (code & 63);
        }
    }

    public bool Contains(int codePoint) => codePoint < 0x10000
        ? (basicPlane[codePoint >> 6] >> (codePoint & 63) & 1) != 0
        : contains(codePoint);

    public static CodePointSet Of(Func<int, bool> contains) => new(contains);

    public static CodePointSet Of(int[] codes) => new(codes);

    public static bool IsWhiteSpace(int code) => code < 0x10000 && char.IsWhiteSpace((char)code);

    public static bool IsWord(int code) => Category(code) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter
        or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter
        or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
        or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.ConnectorPunctuation;

    public static bool IsDigit(int code) => Category(code) == UnicodeCategory.DecimalDigitNumber;

    public static UnicodeCategory Category(int code) => CharUnicodeInfo.GetUnicodeCategory(code);

    /// <summary>The code point at a position; half a surrogate pair is its own code point.</summary>
    public static int At(ReadOnlySpan<char> text, int position, out int width)
    {
        var unit = text[position];
        if (char.IsHighSurrogate(unit) && position + 1 < text.Length && char.IsLowSurrogate(text[position + 1]))
        {
            width = 2;
            return char.ConvertToUtf32(unit, text[position + 1]);
        }

        width = 1;
        return unit;
    }

    /// <summary>How many UTF-16 units the code point that ends at a position has.</summary>
    public static int WidthBefore(ReadOnlySpan<char> text, int position) =>
        position >= 2 && char.IsLowSurrogate(text[position - 1]) && char.IsHighSurrogate(text[position - 2]) ? 2 : 1;

    /// <summary>Code points that count as equal when case is ignored (simple folding; the long s and the Kelvin sign included).</summary>
    public static IEnumerable<int> CaseVariants(int code)
    {
        yield return code;
        if (!Rune.IsValid(code))
            yield break;
        var rune = new Rune(code);
        var lower = Rune.ToLowerInvariant(rune);
        var upper = Rune.ToUpperInvariant(rune);
        if (lower != rune)
            yield return lower.Value;
        if (upper != rune)
            yield return upper.Value;
        switch (lower.Value)
        {
            case 's': yield return 0x17F; break;
            case 'k': yield return 0x212A; break;
            case 0x17F: yield return 's'; yield return 'S'; break;
            case 0xE5: yield return 0x212B; break;
        }
    }
}
