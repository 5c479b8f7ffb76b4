using System.Text;

namespace SafeSwitch.Tokenization.Benchmarks;

/// <summary>Text like that of prompts, the same every time: words, numbers, code, other scripts.</summary>
internal static class SampleText
{
    private static readonly string[] Words =
        ["the", "model", "answers", "requests", "under", "guard", "Probability", "hidden", "states", "of", "a", "transformer", "don't", "tokenizer's",
            "antidisestablishmentarianism", "naïve", "café", "日本語", "привет", "👋🏽", "x += 1;", "return", "{\"key\":", "https://example.com/a?b=c", "3.14159", "2025"];

    public static string OfLength(int length)
    {
        var random = new Random(7);
        var text = new StringBuilder(length + 32);
        while (text.Length < length)
            text.Append(Words[random.Next(Words.Length)]).Append(random.Next(12) == 0 ? "\n" : " ").Append(random.Next(20) == 0 ? random.Next(100_000) : "");
        return text.ToString(0, length);
    }
}
