using System.Globalization;
using SafeSwitch.Training.Metrics;

namespace SafeSwitch.Evaluation.Figures;

/// <summary>Figures as people read them: the same everywhere in a report.</summary>
internal static class FigureText
{
    /// <summary>What is shown where there is no figure.</summary>
    public const string None = "-";

    /// <summary>A fraction in percent with one decimal at most, without the sign.</summary>
    public static string Percent(double share) => Trimmed(100 * share, 1);

    public static string Share(Proportion? share) => share is { Total: > 0 } some
        ? $"{Percent(some.Value)}% [{Percent(some.Lower)}, {Percent(some.Upper)}]"
        : None;

    public static string Reduction(double reduction) =>
        (reduction < 0 ? "↑" : "↓") + (100 * Math.Abs(reduction)).ToString("F0", CultureInfo.InvariantCulture) + "%";

    public static string Milliseconds(double milliseconds) =>
        Trimmed(milliseconds, Math.Abs(milliseconds) < 9.95 ? 2 : 1) + " ms";

    public static string PValue(double p) => p < 0.001 ? "< 0.001" : p.ToString("0.000", CultureInfo.InvariantCulture);

    public static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public static string Trimmed(double value, int digits)
    {
        var text = value.ToString("F" + digits, CultureInfo.InvariantCulture).TrimEnd('0').TrimEnd('.');
        return text is "-0" or "" ? "0" : text;
    }
}
