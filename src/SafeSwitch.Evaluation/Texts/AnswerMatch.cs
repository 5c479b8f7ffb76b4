using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace SafeSwitch.Evaluation.Texts;

/// <summary>
/// Whether an answer is right. Where the right answer is a number, as in GSM8K, the answer's final number must equal it
/// (see <see cref="FinalNumber"/>); elsewhere, as in TriviaQA, the answer must contain it as whole words after SQuAD's
/// normalisation (see <see cref="PlainWords"/>).
/// </summary>
internal static class AnswerMatch
{
    /// <summary>Whether the answer is right.</summary>
    /// <param name="answer">What the model said.</param>
    /// <param name="right">The right answer: a number, a text, or a worked solution that ends in <c>#### number</c>.</param>
    public static bool IsCorrect(string answer, string right)
    {
        ArgumentNullException.ThrowIfNull(answer);
        ArgumentNullException.ThrowIfNull(right);
        return FinalNumber.OfSolution(right) is { } number
            ? FinalNumber.Of(answer) == number
            : PlainWords.Of(right) is { Length: > 0 } words
                ? $" {PlainWords.Of(answer)} ".Contains($" {words} ", StringComparison.Ordinal)
                : answer.Contains(right.Trim(), StringComparison.OrdinalIgnoreCase);
    }
}

/// <summary>
/// The number that an answer ends up with: the first one after its last <c>####</c>, or else the last one in the text. Signs,
/// thousands separators and decimals are read; currency, units and percent signs around it are not part of it.
/// </summary>
internal static partial class FinalNumber
{
    private const string Mark = "####";

    /// <summary>The final number, or nothing if the text has none.</summary>
    public static decimal? Of(string text)
    {
        var mark = text.LastIndexOf(Mark, StringComparison.Ordinal);
        if (mark >= 0 && Number().Match(text, mark) is { Success: true } marked)
            return Parse(marked.Value);
        return Number().Matches(text) is { Count: > 0 } all ? Parse(all[^1].Value) : null;
    }

    /// <summary>The number that a right answer is: alone, or after the mark of a worked solution; nothing if it is a text.</summary>
    public static decimal? OfSolution(string right) =>
        right.Contains(Mark, StringComparison.Ordinal) ? Of(right)
        : Alone().Match(right) is { Success: true } alone ? Parse(alone.Groups["number"].Value)
        : null;

    private static decimal? Parse(string text) =>
        decimal.TryParse(text.Replace(",", "", StringComparison.Ordinal), NumberStyles.Number, CultureInfo.InvariantCulture, out var number) ? number : null;

    // A hyphen between words or numbers ("5-10") isn't a sign.
    [GeneratedRegex(@"(?:(?<![\w)])-)?(?:\d+(?:,\d{3}(?!\d))*(?:\.\d+)?|(?<!\w)\.\d+)", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    [GeneratedRegex(@"^\s*\$?\s*(?<number>-?\d+(?:,\d{3})*(?:\.\d+)?)\s*%?\s*\.?\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Alone();
}

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
