using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace SafeSwitch.Backends;

/// <summary>
/// A text as a person reads it, who doesn't see a zero-width space, takes <c>Ｈｏｗ</c> and <c>Hоw</c> (its o is Cyrillic) for <c>How</c>, and reads capitals,
/// <c>l3773r5</c> and <c>s p a c e d   l e t t e r s</c> as words. A model's tokens are others each time, and a probe that never saw them reads nothing. Undone is
/// what carries no meaning in the text that it stands in: joiners stay in Persian and in emoji, no-break marks of direction beside Arabic and Hebrew, Cyrillic
/// in Cyrillic words. Encodings that a person would have to work out (Base64, ROT13, a reversed text) stay. Linear in the text; a text again read is the same.
/// </summary>
public static partial class ReadableText
{
    private const int FirstRightToLeft = 0x0590;
    private const int LeastSpacedLetters = 12;
    private const int LeastCapitals = 20;
    private const int LeastDigitWords = 4;

    private const string Lookalikes = "асеіјорѕхуԁһԛԝӏѵкАВЕКМНОРСТУХІЈЅԚԜοανρυικτχΑΒΕΖΗΙΚΜΝΟΡΤΥΧɡɑſ";
    private const string LookLike = "aceijopsxydhqwlvkABEKMHOPCTYXIJSQWoavpuiktxABEZHIKMNOPTYXgas";

    private const string SmallCapitals = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ";
    private const string OfSmallCapitals = "abcdefghijklmnoprstuvwyz";

    private const string Letterlike = "ℂℊℋℌℍℎℐℑℒℓℕℙℚℛℜℝℤℨℬℭℯℰℱℳℴℹ";
    private const string OfLetterlike = "CgHHHhIILlNPQRRRZZBCeEFMoi";

    private const string Digits = "0134578@$";
    private static readonly SearchValues<char> AnyDigit = SearchValues.Create(Digits);
    private static readonly SearchValues<char> HexadecimalDigits = SearchValues.Create("0123456789abcdefABCDEF");
    private const string OfDigits = "oieastbas";

    /// <summary>A message of a conversation; what the host and the model said stays as it is.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="message"/> is <see langword="null"/>.</exception>
    public static PromptMessage Of(PromptMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (!message.IsContent || message.Content is null)
            return message;
        var text = Of(message.Content);
        return ReferenceEquals(text, message.Content) ? message : message with { Content = text };
    }

    /// <summary>A text.</summary>
    /// <returns>The same object if there is nothing to undo.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is <see langword="null"/>.</exception>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!Ascii.IsValid(text))
            text = InOneScript(Visible(text));
        return InSentenceCase(InLetters(InWords(text)));
    }

    /// <summary>Without what can't be seen, and in the plain forms of letters, digits and spaces.</summary>
    private static string Visible(string text)
    {
        var result = new StringBuilder(text.Length);
        var isRightToLeft = text.Any(c => c is >= '\u0590' and <= '\u08FF' or >= '\uFB1D' and <= '\uFEFC');
        int last = 0, marks = 0;
        for (var i = 0; i < text.Length;)
        {
            if (!Rune.TryGetRuneAt(text, i, out var rune))
            {
                // Half a pair of surrogates is the tokenizer's to judge.
                result.Append(text[i++]);
                continue;
            }

            i += rune.Utf16SequenceLength;
            var next = i < text.Length && Rune.TryGetRuneAt(text, i, out var following) ? following.Value : 0;
            marks = rune.Value is >= 0x0300 and <= 0x036F ? marks + 1 : 0;
            if (marks > 2 || IsInvisible(rune, last, next, isRightToLeft))
                continue;
            var plain = Plain(rune.Value, last, next);
            result.Append(new Rune(plain));
            last = plain;
        }

        return result.Length == text.Length && text.AsSpan().SequenceEqual(result.ToString()) ? text : result.ToString();
    }

    private static bool IsInvisible(Rune rune, int last, int next, bool isRightToLeft) => rune.Value switch
    {
        < 0x80 => false,
        // Joiners shape letters of other scripts and join emoji.
        0x200C or 0x200D => last < FirstRightToLeft || next < FirstRightToLeft,
        // How an emoji, a keycap or an ideograph is drawn.
        >= 0xFE00 and <= 0xFE0F or >= 0xE0100 and <= 0xE01EF => next != 0x20E3 && last < 0x2000,
        // Flags of regions are spelled in tags.
        >= 0xE0000 and <= 0xE007F => last is not (0x1F3F4 or >= 0xE0000 and <= 0xE007F),
        0x061C or 0x200E or 0x200F or >= 0x202A and <= 0x202E or >= 0x2066 and <= 0x2069 => !isRightToLeft,
        // Fillers without a form, and strokes through letters.
        0x034F or 0x3164 or 0xFFA0 or 0x17B4 or 0x17B5 or >= 0x0334 and <= 0x0338 => true,
        >= 0x0600 and <= 0x08FF => false,
        _ => Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format && rune.Value < 0x11000,
    };

    private static int Plain(int rune, int last, int next) => rune switch
    {
        < 0x80 => rune,
        // Wide forms are at home beside wide letters, circled ones in emoji.
        0x3000 => IsEastAsian(last) || IsEastAsian(next) ? rune : ' ',
        >= 0xFF01 and <= 0xFF5E when IsEastAsian(last) || IsEastAsian(next) || (IsWideSign(last) && IsWideSign(rune)) => rune,
        >= 0x24B6 and <= 0x24E9 when next == 0xFE0F => rune,
        0x2800 => ' ',
        0x2028 or 0x2029 => '\n',
        >= 0xFF01 and <= 0xFF5E => rune - 0xFEE0,
        >= 0x1D400 and <= 0x1D6A3 => Letter((rune - 0x1D400) % 52),
        >= 0x1D7CE and <= 0x1D7FF => '0' + ((rune - 0x1D7CE) % 10),
        >= 0x24B6 and <= 0x24CF => 'A' + (rune - 0x24B6),
        >= 0x24D0 and <= 0x24E9 => 'a' + (rune - 0x24D0),
        >= 0x249C and <= 0x24B5 => 'a' + (rune - 0x249C),
        >= 0x1F130 and <= 0x1F149 => 'A' + (rune - 0x1F130),
        >= 0x1F150 and <= 0x1F169 => 'A' + (rune - 0x1F150),
        <= 0xFFFF when CharUnicodeInfo.GetUnicodeCategory((char)rune) == UnicodeCategory.SpaceSeparator => ' ',
        <= 0xFFFF when SmallCapitals.IndexOf((char)rune) is >= 0 and var i => OfSmallCapitals[i],
        <= 0xFFFF when Letterlike.IndexOf((char)rune) is >= 0 and var i => OfLetterlike[i],
        _ => rune,
    };

    private static int Letter(int index) => index < 26 ? 'A' + index : 'a' + index - 26;

    private static bool IsWideSign(int rune) => rune is >= 0xFF01 and <= 0xFF20;

    private static bool IsEastAsian(int rune) => rune is >= 0x2E80 and <= 0x2FFF or >= 0x3001 and <= 0x9FFF or >= 0xAC00 and <= 0xD7FF or >= 0xF900 and <= 0xFAFF or >= 0x20000 and <= 0x3FFFF;

    /// <summary>Letters of another script that look Latin become so in words that mix both, and beside such words.</summary>
    private static string InOneScript(string text)
    {
        if (Ascii.IsValid(text) || !Any(Word(), text, IsMixed))
            return text;
        return Word().Replace(text, word => IsForeign(word.ValueSpan) ? string.Concat(word.Value.Select(c => Lookalikes.IndexOf(c) is >= 0 and var i ? LookLike[i] : c)) : word.Value);
    }

    private static bool IsMixed(ReadOnlySpan<char> word) => word.Length >= 3 && word.ContainsAnyInRange('A', 'z') && IsForeign(word);

    // Every letter is Latin or looks so, and some are not.
    private static bool IsForeign(ReadOnlySpan<char> word)
    {
        var foreign = 0;
        foreach (var c in word)
        {
            if (Lookalikes.Contains(c))
                foreign++;
            else if (!char.IsAscii(c))
                return false;
        }

        return foreign > 0;
    }

    /// <summary>Letters with a space after each, and wider spaces between words.</summary>
    private static string InWords(string text)
    {
        var (single, longer) = (0, 0);
        foreach (var range in text.AsSpan().SplitAny(" \t\r\n"))
        {
            var length = range.End.Value - range.Start.Value;
            single += length == 1 && char.IsLetter(text[range.Start]) ? 1 : 0;
            longer += length > 1 ? 1 : 0;
        }

        return single < LeastSpacedLetters || longer * 8 > single || !text.Contains("  ", StringComparison.Ordinal)
            ? text
            : WideSpace().Replace(text, "\u0001").Replace(" ", "", StringComparison.Ordinal).Replace('\u0001', ' ');
    }

    /// <summary>Digits and signs in the places of letters, where many words have them.</summary>
    private static string InLetters(string text)
    {
        if (!text.AsSpan().ContainsAny(AnyDigit))
            return text;
        var (mixed, all) = (0, 0);
        foreach (var word in DigitWord().EnumerateMatches(text))
        {
            all++;
            mixed += IsSpelled(text.AsSpan(word.Index, word.Length)) ? 1 : 0;
        }

        return mixed < LeastDigitWords || mixed * 3 < all
            ? text
            : DigitWord().Replace(text, word => IsMadeOfLetters(word.ValueSpan) ? string.Concat(word.Value.Select((c, at) => Digits.IndexOf(c) is >= 0 and var i && (at > 0 || char.IsAsciiDigit(c)) ? OfDigits[i] : c)) : word.Value);
    }

    // Enough to tell that a text is spelled so; a number with a unit, a name, an address or a variable isn't such a word: 4k, mp3, 15mg, a@b, $x.
    private static bool IsSpelled(ReadOnlySpan<char> word)
    {
        if (!IsMadeOfLetters(word) || !word.ContainsAnyExcept(HexadecimalDigits))
            return false;
        var (letters, digits, changes) = (0, 0, 0);
        for (var i = 0; i < word.Length; i++)
        {
            letters += char.IsAsciiLetter(word[i]) ? 1 : 0;
            digits += char.IsAsciiDigit(word[i]) ? 1 : 0;
            changes += i > 0 && char.IsAsciiLetter(word[i]) != char.IsAsciiLetter(word[i - 1]) ? 1 : 0;
        }

        return digits > 0 && letters >= digits && (changes >= 2 || (word.Length > 2 && letters == word.Length - 1 && !char.IsAsciiDigit(word[^1])));
    }

    private static bool IsMadeOfLetters(ReadOnlySpan<char> word)
    {
        var letters = 0;
        foreach (var c in word)
        {
            if (char.IsAsciiLetter(c))
                letters++;
            else if (!Digits.Contains(c))
                return false;
        }

        return letters > 0 && letters < word.Length;
    }

    /// <summary>A text that is mostly in capitals, with capitals at its sentences' starts only.</summary>
    private static string InSentenceCase(string text)
    {
        var (upper, lower) = (0, 0);
        foreach (var c in text)
        {
            upper += char.IsUpper(c) ? 1 : 0;
            lower += char.IsLower(c) ? 1 : 0;
        }

        if (upper < LeastCapitals || upper * 10 < (upper + lower) * 7 || !text.AsSpan().ContainsAny(" \n"))
            return text;
        var result = new StringBuilder(text.ToLowerInvariant());
        var begins = true;
        for (var i = 0; i < result.Length; i++)
        {
            var c = result[i];
            if (char.IsLetter(c))
            {
                var isAlone = c == 'i' && (i == 0 || !char.IsLetterOrDigit(result[i - 1])) && (i + 1 == result.Length || !char.IsLetterOrDigit(result[i + 1]));
                if (begins || isAlone)
                    result[i] = char.ToUpperInvariant(c);
                begins = false;
            }
            else if (c is '.' or '!' or '?' or '\n')
            {
                begins = true;
            }
        }

        return result.ToString();
    }

    private static bool Any(Regex regex, string text, Func<ReadOnlySpan<char>, bool> holds)
    {
        foreach (var match in regex.EnumerateMatches(text))
        {
            if (holds(text.AsSpan(match.Index, match.Length)))
                return true;
        }

        return false;
    }

    [GeneratedRegex(@"\p{L}+")]
    private static partial Regex Word();

    [GeneratedRegex(@"[ \t]{2,}")]
    private static partial Regex WideSpace();

    [GeneratedRegex(@"[A-Za-z0-9@$]+")]
    private static partial Regex DigitWord();
}
