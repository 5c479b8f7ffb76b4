using System.Text;
using System.Text.RegularExpressions;
using SafeSwitch.Settings;

namespace SafeSwitch.Training.Refusals;

/// <summary>
/// What counts as a refusal: what <see cref="RefusalMatcher"/> calls one, in English, and what a host calls one: the texts that it refuses with, and
/// patterns of its own, in whatever language.
/// </summary>
public sealed class RefusalRules
{
    private const int Beginning = 400;
    private const int FewestLetters = 12;
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(1);

    private readonly Regex[] patterns;
    private readonly string[] texts;

    /// <summary>Rules of one's own beside the matcher.</summary>
    /// <param name="patterns">Regular expressions that the beginning of a refusal matches, letters compared without case.</param>
    /// <param name="texts">Texts that are said to refuse; an answer that begins as one of them does is a refusal.</param>
    /// <exception cref="SettingsException">A pattern is none.</exception>
    public RefusalRules(IReadOnlyList<string> patterns, IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        ArgumentNullException.ThrowIfNull(texts);
        this.patterns = [.. patterns.Select(Compile)];
        this.texts = [.. texts.Select(t => Letters(FirstSentence(t))).Where(t => t.Length >= FewestLetters).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The matcher alone.</summary>
    public static RefusalRules Default { get; } = new([], []);

    /// <summary>The texts of a file of refusals.</summary>
    public static IReadOnlyList<string> TextsOf(RefusalTexts? refusals) => refusals is null ? [] : [.. refusals.Kinds.Append(refusals.General).SelectMany(k => k.Refusals)];

    /// <summary>What is wrong with patterns.</summary>
    internal static IEnumerable<SettingProblem> ProblemsOf(IReadOnlyList<string> patterns)
    {
        foreach (var pattern in patterns)
        {
            string? fault = null;
            try
            {
                Compile(pattern);
            }
            catch (SettingsException e)
            {
                fault = e.Problems[0].Found;
            }

            if (fault is not null)
                yield return new SettingProblem("refusal_patterns", fault, "a regular expression");
        }
    }

    /// <summary>Whether an answer refuses.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="answer"/> is <see langword="null"/>.</exception>
    /// <exception cref="SettingsException">A pattern backtracks without end on it.</exception>
    public bool IsRefusal(string answer)
    {
        if (RefusalMatcher.IsRefusal(answer))
            return true;
        var beginning = answer[..Math.Min(answer.Length, Beginning)].Trim();
        return Array.Exists(patterns, p => Matches(p, beginning)) || (texts.Length > 0 && BeginsAsOne(Letters(beginning)));
    }

    // An answer that was cut short begins as the text does, as far as it goes.
    private bool BeginsAsOne(string answer) =>
        answer.Length >= FewestLetters && Array.Exists(texts, t => answer.StartsWith(t, StringComparison.Ordinal) || t.StartsWith(answer, StringComparison.Ordinal));

    private static bool Matches(Regex pattern, string beginning)
    {
        try
        {
            return pattern.IsMatch(beginning);
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new SettingsException(
                nameof(RefusalRules), [new SettingProblem("refusal_patterns", $"'{pattern}', which backtracks without end on an answer", "a regular expression without repetition in repetition")], e);
        }
    }

    private static Regex Compile(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, MostTime);
        }
        catch (ArgumentException e)
        {
            throw new SettingsException(nameof(RefusalRules), [new SettingProblem("refusal_patterns", $"'{pattern}': {e.Message}", "a regular expression")], e);
        }
    }

    private static string FirstSentence(string text) => text.IndexOfAny(['.', '!', '?', '。', '！', '？']) is > 0 and var end ? text[..end] : text;

    private static string Letters(string text)
    {
        var letters = new StringBuilder(text.Length);
        foreach (var c in text.Where(char.IsLetterOrDigit))
            letters.Append(char.ToLowerInvariant(c));
        return letters.ToString();
    }
}
