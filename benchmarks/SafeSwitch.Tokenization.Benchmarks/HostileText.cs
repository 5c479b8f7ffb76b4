using System.Text;

namespace SafeSwitch.Tokenization.Benchmarks;

/// <summary>Text that nobody writes to a model but to make it work: fourteen kinds, each as long as it is asked for.</summary>
internal static class HostileText
{
    private const string Punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    public static IReadOnlyDictionary<string, Func<int, string>> Kinds { get; } = new Dictionary<string, Func<int, string>>
    {
        ["one letter"] = length => new string('a', length),
        ["spaces"] = length => new string(' ', length),
        ["newlines"] = length => new string('\n', length),
        ["digits"] = length => Repeated("0123456789", length),
        ["combining marks"] = length => Repeated("a\u0301\u0327\u0323", length),
        ["lone surrogates"] = length => Repeated("\uD800", length),
        ["ZWJ emoji"] = length => Repeated("👩\u200D👩\u200D👧\u200D👦", length),
        ["control markers"] = length => Repeated("<|im_start|><|im_end|>", length),
        ["Han characters"] = length => Random(length, random => (char)random.Next(0x4E00, 0x9FA6)),
        ["mixed case"] = length => Random(length, random => (char)(random.Next('a', 'z' + 1) - (random.Next(2) * ('a' - 'A')))),
        ["punctuation"] = length => Random(length, random => Punctuation[random.Next(Punctuation.Length)]),
        ["words that never end"] = length => Repeated("antidisestablishmentarianism", length),
        ["NULs"] = length => new string('\0', length),
        ["base64"] = length => Random(length, random => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[random.Next(64)]),
    };

    private static string Repeated(string part, int length) => new StringBuilder(length + part.Length).Insert(0, part, length / part.Length + 1).ToString(0, length);

    private static string Random(int length, Func<Random, char> next)
    {
        var random = new Random(7);
        return string.Create(length, random, (text, source) =>
        {
            for (var i = 0; i < text.Length; i++)
                text[i] = next(source);
        });
    }
}
