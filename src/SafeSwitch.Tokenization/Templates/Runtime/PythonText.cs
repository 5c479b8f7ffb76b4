using System.Buffers;
using System.Globalization;
using System.Text;

namespace SafeSwitch.Tokenization.Templates.Runtime;

/// <summary>What Python's strings do that .NET's do differently: white space, case, code points.</summary>
internal static class PythonText
{
    private static readonly Dictionary<char, string> UpperSpecial = new()
    {
        ['ß'] = "SS", ['ŉ'] = "ʼN", ['ǰ'] = "J̌", ['ΐ'] = "Ϊ́", ['ΰ'] = "Ϋ́", ['և'] = "ԵՒ", ['ẖ'] = "H̱", ['ẗ'] = "T̈", ['ẘ'] = "W̊", ['ẙ'] = "Y̊",
        ['ẚ'] = "Aʾ", ['ﬀ'] = "FF", ['ﬁ'] = "FI", ['ﬂ'] = "FL", ['ﬃ'] = "FFI", ['ﬄ'] = "FFL", ['ﬅ'] = "ST", ['ﬆ'] = "ST",
    };

    private static readonly SearchValues<char> SpecialUpper = SearchValues.Create(UpperSpecial.Keys.ToArray().AsSpan());

    public static bool IsSpace(char unit) => char.IsWhiteSpace(unit) || unit is >= '\x1C' and <= '\x1F';

    public static string Upper(string text)
    {
        var upper = text.ToUpperInvariant();
        if (!text.AsSpan().ContainsAny(SpecialUpper))
            return upper;
        var result = new StringBuilder(text.Length + 8);
        for (var i = 0; i < text.Length; i++)
            result.Append(UpperSpecial.TryGetValue(text[i], out var special) ? special : upper.Substring(i, 1));
        return result.ToString();
    }

    public static string Lower(string text)
    {
        var lower = text.ToLowerInvariant();
        if (!text.AsSpan().ContainsAny('İ', 'Σ'))
            return lower;
        var result = new StringBuilder(text.Length + 4);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == 'İ')
                result.Append("i\u0307");
            else if (text[i] == 'Σ')
                result.Append(i > 0 && char.IsLetter(text[i - 1]) && !(i + 1 < text.Length && char.IsLetter(text[i + 1])) ? 'ς' : 'σ');
            else
                result.Append(lower[i]);
        }

        return result.ToString();
    }

    public static string Capitalize(string text)
    {
        if (text.Length == 0)
            return text;
        var first = char.IsSurrogatePair(text, 0) ? 2 : 1;
        return TitleCase(text[..first]) + Lower(text[first..]);
    }

    /// <summary>A character at the start of a word.</summary>
    public static string TitleCase(string character) => character switch
    {
        "ß" => "Ss",
        "ﬀ" => "Ff",
        "ﬁ" => "Fi",
        "ﬂ" => "Fl",
        "ﬃ" => "Ffi",
        "ﬄ" => "Ffl",
        "ﬅ" or "ﬆ" => "St",
        "Ǆ" or "ǅ" or "ǆ" => "ǅ",
        "Ǉ" or "ǈ" or "ǉ" => "ǈ",
        "Ǌ" or "ǋ" or "ǌ" => "ǋ",
        "Ǳ" or "ǲ" or "ǳ" => "ǲ",
        _ => Upper(character),
    };

    /// <summary>Python's <c>title</c> method: a letter after anything that has no case is upper case, the others lower.</summary>
    public static string Title(string text)
    {
        var result = new StringBuilder(text.Length);
        var inWord = false;
        foreach (var rune in text.EnumerateRunes())
        {
            var character = rune.ToString();
            result.Append(inWord ? Lower(character) : TitleCase(character));
            inWord = IsCased(rune);
        }

        return result.ToString();
    }

    public static bool IsCased(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter;

    /// <summary>Python's <c>isupper</c>: there is a letter with case, and none in another case.</summary>
    public static bool IsUpper(string text) => text.EnumerateRunes().Any(IsCased) && !text.EnumerateRunes().Any(rune => IsCased(rune) && !Rune.IsUpper(rune));

    /// <summary>Python's <c>islower</c>.</summary>
    public static bool IsLower(string text) => text.EnumerateRunes().Any(IsCased) && !text.EnumerateRunes().Any(rune => IsCased(rune) && !Rune.IsLower(rune));

    /// <summary>How many code points there are.</summary>
    public static int Length(string text)
    {
        var count = text.Length;
        for (var i = 1; i < text.Length; i++)
        {
            if (char.IsLowSurrogate(text[i]) && char.IsHighSurrogate(text[i - 1]))
                count--;
        }

        return count;
    }

    public static bool HasPairs(string text) => text.AsSpan().ContainsAnyInRange('\uD800', '\uDBFF');

    /// <summary>Where each code point starts, and the end of the text.</summary>
    public static int[] Offsets(string text)
    {
        List<int> offsets = new(text.Length + 1);
        for (var i = 0; i < text.Length; i++)
        {
            offsets.Add(i);
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
                i++;
        }

        offsets.Add(text.Length);
        return [.. offsets];
    }

    /// <summary>The code point index of a UTF-16 position.</summary>
    public static int IndexOf(string text, int position) => position <= 0 || !HasPairs(text) ? position : Length(text[..position]);

    /// <summary>Order by code points, which differs from UTF-16 order above U+FFFF.</summary>
    public static int Compare(string first, string second)
    {
        var common = first.AsSpan().CommonPrefixLength(second);
        if (common == first.Length || common == second.Length)
            return first.Length.CompareTo(second.Length);
        char a = first[common], b = second[common];
        return char.IsSurrogate(a) != char.IsSurrogate(b) ? (char.IsSurrogate(a) ? 1 : -1) : a.CompareTo(b);
    }
}
