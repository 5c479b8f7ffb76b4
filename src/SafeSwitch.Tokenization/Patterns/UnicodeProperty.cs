using System.Globalization;

namespace SafeSwitch.Tokenization.Patterns;

/// <summary>What <c>\p{…}</c> names: general categories, and the scripts that tokenizer patterns use.</summary>
internal static class UnicodeProperty
{
    private static readonly Dictionary<string, UnicodeCategory[]> Categories = BuildCategories();

    // Scripts do not come with the framework; these are the blocks of the Unicode standard's Scripts.txt.
    private static readonly Dictionary<string, (int First, int Last)[]> Scripts = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Han"] = [(0x2E80, 0x2E99), (0x2E9B, 0x2EF3), (0x2F00, 0x2FD5), (0x3005, 0x3005), (0x3007, 0x3007), (0x3021, 0x3029),
            (0x3038, 0x303B), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFA6D), (0xFA70, 0xFAD9), (0x16FE2, 0x16FE3),
            (0x16FF0, 0x16FF1), (0x20000, 0x2A6DF), (0x2A700, 0x2EE5D), (0x2F800, 0x2FA1D), (0x30000, 0x323AF)],
        ["Hiragana"] = [(0x3041, 0x3096), (0x309D, 0x309F), (0x1B001, 0x1B11F), (0x1B132, 0x1B132), (0x1B150, 0x1B152), (0x1F200, 0x1F200)],
        ["Katakana"] = [(0x30A1, 0x30FA), (0x30FD, 0x30FF), (0x31F0, 0x31FF), (0x32D0, 0x32FE), (0x3300, 0x3357), (0xFF66, 0xFF6F),
            (0xFF71, 0xFF9D), (0x1AFF0, 0x1AFFE), (0x1B000, 0x1B000), (0x1B120, 0x1B122), (0x1B155, 0x1B155), (0x1B164, 0x1B167)],
        ["Hangul"] = [(0x1100, 0x11FF), (0x302E, 0x302F), (0x3131, 0x318E), (0x3200, 0x321E), (0x3260, 0x327E), (0xA960, 0xA97C),
            (0xAC00, 0xD7A3), (0xD7B0, 0xD7C6), (0xD7CB, 0xD7FB), (0xFFA0, 0xFFDC)],
        ["Thai"] = [(0x0E01, 0x0E3A), (0x0E40, 0x0E5B)],
        ["Lao"] = [(0x0E81, 0x0EDF)],
        ["Khmer"] = [(0x1780, 0x17F9), (0x19E0, 0x19FF)],
        ["Myanmar"] = [(0x1000, 0x109F), (0xA9E0, 0xA9FE), (0xAA60, 0xAA7F)],
    };

    public static Func<int, bool>? Find(string name)
    {
        var key = name.Replace("_", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
        if (key.StartsWith("Script=", StringComparison.OrdinalIgnoreCase) || key.StartsWith("sc=", StringComparison.OrdinalIgnoreCase))
            key = key[(key.IndexOf('=') + 1)..];
        if (key.Equals("Any", StringComparison.OrdinalIgnoreCase))
            return _ => true;
        if (key.Equals("WhiteSpace", StringComparison.OrdinalIgnoreCase) || key.Equals("space", StringComparison.OrdinalIgnoreCase))
            return CodePointSet.IsWhiteSpace;
        if (Categories.TryGetValue(key, out var categories))
        {
            var wanted = 0L;
            foreach (var category in categories)
                wanted |= 1L << (int)category;
            return code => (wanted >> (int)CodePointSet.Category(code) & 1) != 0;
        }

        if (Scripts.TryGetValue(key, out var ranges))
            return code => Array.Exists(ranges, range => code >= range.First && code <= range.Last);
        return null;
    }

    private static Dictionary<string, UnicodeCategory[]> BuildCategories()
    {
        (string Short, string Long, UnicodeCategory Value)[] single =
        [
            ("Lu", "UppercaseLetter", UnicodeCategory.UppercaseLetter), ("Ll", "LowercaseLetter", UnicodeCategory.LowercaseLetter),
            ("Lt", "TitlecaseLetter", UnicodeCategory.TitlecaseLetter), ("Lm", "ModifierLetter", UnicodeCategory.ModifierLetter),
            ("Lo", "OtherLetter", UnicodeCategory.OtherLetter), ("Mn", "NonspacingMark", UnicodeCategory.NonSpacingMark),
            ("Mc", "SpacingMark", UnicodeCategory.SpacingCombiningMark), ("Me", "EnclosingMark", UnicodeCategory.EnclosingMark),
            ("Nd", "DecimalNumber", UnicodeCategory.DecimalDigitNumber), ("Nl", "LetterNumber", UnicodeCategory.LetterNumber),
            ("No", "OtherNumber", UnicodeCategory.OtherNumber), ("Pc", "ConnectorPunctuation", UnicodeCategory.ConnectorPunctuation),
            ("Pd", "DashPunctuation", UnicodeCategory.DashPunctuation), ("Ps", "OpenPunctuation", UnicodeCategory.OpenPunctuation),
            ("Pe", "ClosePunctuation", UnicodeCategory.ClosePunctuation), ("Pi", "InitialPunctuation", UnicodeCategory.InitialQuotePunctuation),
            ("Pf", "FinalPunctuation", UnicodeCategory.FinalQuotePunctuation), ("Po", "OtherPunctuation", UnicodeCategory.OtherPunctuation),
            ("Sm", "MathSymbol", UnicodeCategory.MathSymbol), ("Sc", "CurrencySymbol", UnicodeCategory.CurrencySymbol),
            ("Sk", "ModifierSymbol", UnicodeCategory.ModifierSymbol), ("So", "OtherSymbol", UnicodeCategory.OtherSymbol),
            ("Zs", "SpaceSeparator", UnicodeCategory.SpaceSeparator), ("Zl", "LineSeparator", UnicodeCategory.LineSeparator),
            ("Zp", "ParagraphSeparator", UnicodeCategory.ParagraphSeparator), ("Cc", "Control", UnicodeCategory.Control),
            ("Cf", "Format", UnicodeCategory.Format), ("Cs", "Surrogate", UnicodeCategory.Surrogate),
            ("Co", "PrivateUse", UnicodeCategory.PrivateUse), ("Cn", "Unassigned", UnicodeCategory.OtherNotAssigned),
        ];
        var map = new Dictionary<string, UnicodeCategory[]>(StringComparer.OrdinalIgnoreCase);
        foreach (var (shortName, longName, value) in single)
            map[shortName] = map[longName] = [value];
        foreach (var (shortName, longName) in (ReadOnlySpan<(string, string)>)[("L", "Letter"), ("M", "Mark"), ("N", "Number"),
                     ("P", "Punctuation"), ("S", "Symbol"), ("Z", "Separator"), ("C", "Other")])
        {
            map[shortName] = map[longName] = [.. single.Where(s => s.Short[0] == shortName[0]).Select(s => s.Value)];
        }

        map["LC"] = [UnicodeCategory.UppercaseLetter, UnicodeCategory.LowercaseLetter, UnicodeCategory.TitlecaseLetter];
        return map;
    }
}
