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

    /// <summary>English words alone, the same every time: the common case that hostile text is measured against.</summary>
    public static string Prose(int length)
    {
        string[] words = ["the", "of", "and", "to", "in", "is", "that", "it", "was", "for", "on", "are", "with", "as", "his", "they", "at", "this", "have", "from",
            "people", "question", "answer", "between", "important", "different", "children", "government", "something", "together", "morning", "library",
            "window", "garden", "because", "language", "mountain", "yesterday", "remember", "beautiful", "Paris", "Monday", "can't", "it's"];
        var random = new Random(11);
        var text = new StringBuilder(length + 32);
        while (text.Length < length)
            text.Append(words[random.Next(words.Length)]).Append(random.Next(12) switch { 0 => ". ", 1 => ", ", _ => " " });
        return text.ToString(0, length);
    }
}
