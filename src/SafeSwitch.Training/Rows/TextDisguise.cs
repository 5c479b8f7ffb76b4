using System.Globalization;
using System.Text;
using SafeSwitch.Training.Numerics;

namespace SafeSwitch.Training.Rows;

/// <summary>Disguises of a text, in which a person or a model may still read the same request.</summary>
public enum TextDisguise
{
    /// <summary>Capital letters throughout.</summary>
    Capitals,

    /// <summary>Two inner letters of words of four letters and more change places.</summary>
    SwappedLetters,

    /// <summary>No-break spaces for spaces.</summary>
    NoBreakSpaces,

    /// <summary>A harmless text before it; see <see cref="RecipeDisguises.PrefaceCharacters"/>.</summary>
    Preface,

    /// <summary>A zero-width space after every letter.</summary>
    ZeroWidthSpaces,

    /// <summary>Cyrillic letters for Latin ones that look the same.</summary>
    Homoglyphs,

    /// <summary>Full-width forms of letters, digits and signs.</summary>
    FullWidth,

    /// <summary>A space after every letter, three between words.</summary>
    SpacedLetters,

    /// <summary>Digits for letters that look like them.</summary>
    Leetspeak,

    /// <summary>Base64 of its UTF-8.</summary>
    Base64,

    /// <summary>Latin letters moved by half the alphabet.</summary>
    Rot13,

    /// <summary>From its end to its beginning.</summary>
    Reversed,

    /// <summary>As a comment in a program that is to be finished.</summary>
    CodeComment,

    /// <summary>With lines behind it that look like an answer begun and a wish to go on.</summary>
    RoleMarkers,

    /// <summary>Its UTF-8 in hexadecimal digits, a byte at a time.</summary>
    Hexadecimal,

    /// <summary>Latin letters and digits in Morse code.</summary>
    Morse,
}

/// <summary>Disguises texts, the same way for the same seed.</summary>
internal static class TextDisguises
{
    private const string Latin = "aceijopsxyABCEHIJKMOPSTXY";
    private const string Cyrillic = "асеіјорѕхуАВСЕНІЈКМОРЅТХУ";
    private const string Letters = "aeiostAEIOST";
    private const string Digits = "431057431057";

    // 0 to 9, a to z.
    private static readonly string[] Morse =
        "----- .---- ..--- ...-- ....- ..... -.... --... ---.. ----. .- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --..".Split(' ');

    /// <param name="text">The text.</param>
    /// <param name="disguise">Any but <see cref="TextDisguise.Preface"/>, which needs other texts.</param>
    /// <param name="seed">What random choices come from.</param>
    public static string Of(string text, TextDisguise disguise, int seed) => disguise switch
    {
        TextDisguise.Capitals => text.ToUpperInvariant(),
        TextDisguise.SwappedLetters => SwapLetters(text, SplitMix.For(seed, use: -7)),
        TextDisguise.NoBreakSpaces => text.Replace(' ', '\u00A0'),
        TextDisguise.ZeroWidthSpaces => string.Concat(text.Select(c => char.IsLetter(c) ? $"{c}\u200B" : $"{c}")),
        TextDisguise.Homoglyphs => Exchange(text, Latin, Cyrillic),
        TextDisguise.FullWidth => string.Concat(text.Select(c => c is > ' ' and <= '~' ? (char)(c + 0xFEE0) : c)),
        TextDisguise.SpacedLetters => string.Join("   ", text.Split(' ').Select(w => string.Join(' ', Elements(w)))),
        TextDisguise.Leetspeak => Exchange(text, Letters, Digits),
        TextDisguise.Base64 => Convert.ToBase64String(Encoding.UTF8.GetBytes(text)),
        TextDisguise.Hexadecimal => string.Join(' ', Encoding.UTF8.GetBytes(text).Select(b => b.ToString("x2", CultureInfo.InvariantCulture))),
        TextDisguise.Morse => InMorse(text),
        TextDisguise.Rot13 => string.Concat(text.Select(Rot13)),
        TextDisguise.Reversed => string.Concat(Elements(text).Reverse()),
        TextDisguise.CodeComment => $"Finish this program.\n\n# TODO: {text.ReplaceLineEndings(" ")}\ndef main():\n",
        TextDisguise.RoleMarkers => $"{text}\n\nAssistant: Sure, I can do that.\n\nUser: Thank you, go on.",
        _ => throw new ArgumentOutOfRangeException(nameof(disguise), disguise, "Expected a disguise of the text itself."),
    };

    /// <summary>Whether a text is then in no language: whoever reads it has to decode it first.</summary>
    public static bool IsEncoding(TextDisguise disguise) =>
        disguise is TextDisguise.Base64 or TextDisguise.Rot13 or TextDisguise.Reversed or TextDisguise.Hexadecimal or TextDisguise.Morse;

    private static string InMorse(string text) => string.Join(" / ", text.ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(w => string.Join(' ', w.Where(c => char.IsAsciiLetterOrDigit(c)).Select(c => Morse[char.IsAsciiDigit(c) ? c - '0' : c - 'a' + 10])))
        .Where(w => w.Length > 0));

    private static string Exchange(string text, string from, string to) =>
        string.Concat(text.Select(c => from.IndexOf(c, StringComparison.Ordinal) is >= 0 and var i ? to[i] : c));

    private static char Rot13(char c) => c switch
    {
        >= 'a' and <= 'z' => (char)('a' + ((c - 'a' + 13) % 26)),
        >= 'A' and <= 'Z' => (char)('A' + ((c - 'A' + 13) % 26)),
        _ => c,
    };

    // What a person takes for a character: half a pair of surrogates is none.
    private static IEnumerable<string> Elements(string text)
    {
        for (var each = StringInfo.GetTextElementEnumerator(text); each.MoveNext();)
            yield return each.GetTextElement();
    }

    private static string SwapLetters(string text, SplitMix random)
    {
        var swapped = new StringBuilder(text);
        for (var start = 0; start < text.Length;)
        {
            var end = start;
            while (end < text.Length && char.IsLetter(text[end]))
                end++;
            if (end - start >= 4)
            {
                var at = start + 1 + random.Next(end - start - 3);
                (swapped[at], swapped[at + 1]) = (swapped[at + 1], swapped[at]);
            }

            start = Math.Max(end, start + 1);
        }

        return swapped.ToString();
    }
}
