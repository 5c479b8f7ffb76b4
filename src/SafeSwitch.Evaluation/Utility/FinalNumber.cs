using System.Globalization;
using System.Text.RegularExpressions;

namespace SafeSwitch.Evaluation.Utility;

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

    // A hyphen between words or numbers ("5-10") is no sign.
    [GeneratedRegex(@"(?:(?<![\w)])-)?(?:\d+(?:,\d{3}(?!\d))*(?:\.\d+)?|(?<!\w)\.\d+)", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    [GeneratedRegex(@"^\s*\$?\s*(?<number>-?\d+(?:,\d{3})*(?:\.\d+)?)\s*%?\s*\.?\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Alone();
}
