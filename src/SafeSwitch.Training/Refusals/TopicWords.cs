using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace SafeSwitch.Training.Refusals;

/// <summary>The words of a text that say what it is about.</summary>
internal static partial class TopicWords
{
    /// <summary>Words that any request or refusal may have.</summary>
    private static readonly FrozenSet<string> Common = FrozenSet.Create(
        StringComparer.Ordinal,
        "about", "after", "against", "also", "assist", "assistant", "anyone", "anything", "answer", "because", "become", "before", "being", "between", "both",
        "case", "cause", "could", "create", "detail", "does", "doing", "down", "each", "easy", "even", "every", "everyone", "example",
        "explain", "find", "first", "from", "gener", "give", "going", "good", "guide", "happy", "harm", "have", "help", "here", "home",
        "info", "information", "instruction", "into", "just", "keep", "kind", "know", "lead", "learn", "legal", "like", "look", "make",
        "many", "more", "most", "much", "need", "never", "only", "other", "others", "people", "person", "place", "please", "possible",
        "provide", "question", "really", "request", "right", "safe", "same", "share", "should", "show", "some", "someone", "something",
        "sorry", "step", "such", "suggest", "support", "sure", "take", "talk", "tell", "than", "that", "their", "them", "then", "there",
        "these", "they", "thing", "think", "this", "those", "through", "time", "topic", "used", "using", "very", "want", "ways", "well",
        "were", "what", "when", "where", "which", "while", "will", "with", "without", "work", "would", "write", "your", "yourself");

    /// <summary>Keywords that a text has, each as the beginning of a word.</summary>
    public static int CountHits(string text, IReadOnlyList<string> keywords)
    {
        var hits = 0;
        foreach (var keyword in keywords)
        {
            for (var at = text.IndexOf(keyword, StringComparison.OrdinalIgnoreCase);
                 at >= 0;
                 at = text.IndexOf(keyword, at + 1, StringComparison.OrdinalIgnoreCase))
            {
                if (at == 0 || !char.IsLetterOrDigit(text[at - 1]))
                {
                    hits++;
                    break;
                }
            }
        }

        return hits;
    }

    /// <summary>Telling words, without the endings that grammar gives them.</summary>
    public static HashSet<string> Stems(string text) =>
        [.. Word().Matches(text.ToLowerInvariant())
            .Where(m => !Common.Contains(m.Value))
            .Select(m => Ending().Replace(m.Value, ""))
            .Where(w => w.Length >= 3 && !Common.Contains(w))];

    [GeneratedRegex(@"\p{L}[\p{L}-]{3,}")]
    private static partial Regex Word();

    [GeneratedRegex(@"(?:ations?|ings?|ers?|ors?|ists?|isms?|ed|es|s|e|y)$")]
    private static partial Regex Ending();
}
