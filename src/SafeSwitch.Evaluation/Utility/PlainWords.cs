using System.Text;
using System.Text.RegularExpressions;

namespace SafeSwitch.Evaluation.Utility;

/// <summary>A text as SQuAD's evaluation compares it (Rajpurkar et al. 2016): lower case, without punctuation and the articles
/// <c>a</c>, <c>an</c>, <c>the</c>, words parted by single spaces.</summary>
internal static partial class PlainWords
{
    public static string Of(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var c in text.ToLowerInvariant())
        {
            if (!char.IsPunctuation(c) && !char.IsSymbol(c))
                plain.Append(c);
        }

        return Spaces().Replace(Articles().Replace(plain.ToString(), " "), " ").Trim();
    }

    [GeneratedRegex(@"\b(?:a|an|the)\b")]
    private static partial Regex Articles();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
