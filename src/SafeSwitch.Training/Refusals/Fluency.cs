namespace SafeSwitch.Training.Refusals;

/// <summary>Whether a text reads as if it was meant: it ends where a sentence ends and does not go round in circles.</summary>
public static class Fluency
{
    private const int Phrase = 5;
    private const char Replacement = '\uFFFD';

    /// <summary>Whether an answer is fluent.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="ended">Whether the model ended it by itself.</param>
    public static bool IsFluent(string answer, bool ended)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var text = answer.AsSpan().Trim();
        if (!ended || text.IsEmpty || text.Contains(Replacement) || text[^1] is not ('.' or '!' or '?' or '"' or ')'))
            return false;

        var words = answer.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var phrases = Enumerable.Range(0, Math.Max(0, words.Length - Phrase + 1)).Select(i => string.Join(' ', words[i..(i + Phrase)])).ToList();
        var stutters = words.Zip(words.Skip(1)).Any(w => string.Equals(w.First, w.Second, StringComparison.OrdinalIgnoreCase));
        return !stutters && phrases.Distinct(StringComparer.OrdinalIgnoreCase).Count() == phrases.Count;
    }
}
