using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace SafeSwitch.Training.Refusals;

/// <summary>
/// Whether a text is in English, as far as that can be told: <see cref="RefusalMatcher"/> and <see cref="Fluency"/> read no other language, and what they say of
/// others means nothing. Told by letters of other scripts and by the small words that every text of a language has.
/// </summary>
public static partial class EnglishText
{
    private const double MostForeignLetters = 0.2;

    private static readonly FrozenSet<string> English = Words("the of and to in is that it for on with as are be this you your i can not or an have from by at we they will what how but if my do so has was all would one more when which their there about also please sorry help");

    private static readonly FrozenSet<string> Others = Words(
        "der die das und ist nicht ich sie wir ein eine einen mit auf für von zu dass es auch sich den dem kann sind wie bei oder aber leider ihnen "
        + "le la les des et est une dans que qui pour pas sur avec je vous nous il elle ce cette sont du au par plus mais ne désolé "
        + "el los las y es un en por con para no se su lo como más pero yo usted puedo está son del al "
        + "o os as e um uma não com por você eu ele mas são da do na no em posso "
        + "il lo gli di che è non per una sono con questo io noi ma mi dispiace posso "
        + "de het een en van ik niet is dat op te zijn met voor maar wij kan jullie");

    /// <summary>Whether a text is in another language; <see langword="false"/> where it is too short to tell.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is <see langword="null"/>.</exception>
    public static bool IsOther(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var letters = text.Count(char.IsLetter);
        if (letters == 0)
            return false;
        if (text.Count(c => char.IsLetter(c) && c > '\u024F') > MostForeignLetters * letters)
            return true;
        var (english, others) = (0, 0);
        foreach (Match match in Word().Matches(text.ToLowerInvariant()))
        {
            english += English.Contains(match.Value) ? 1 : 0;
            others += Others.Contains(match.Value) ? 1 : 0;
        }

        return others >= 2 && others > english;
    }

    private static FrozenSet<string> Words(string list) => list.Split(' ').ToFrozenSet(StringComparer.Ordinal);

    [GeneratedRegex(@"\p{L}+")]
    private static partial Regex Word();
}
