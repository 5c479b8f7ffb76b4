using System.Globalization;

namespace SafeSwitch.Cli.Shared.Output;

/// <summary>Numbers for people.</summary>
internal static class NumberText
{
    /// <summary>Such as <c>12,345</c>.</summary>
    public static string Of(int count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A share with one digit behind the point, such as <c>12.5%</c>.</summary>
    /// <param name="share">From 0 to 1.</param>
    public static string Percent(double share) => Percent(share, 1);

    /// <summary>A share, such as <c>0.125%</c>.</summary>
    /// <param name="share">From 0 to 1.</param>
    /// <param name="decimals">Digits behind the point, at most.</param>
    public static string Percent(double share, int decimals) => (100 * share).ToString("0." + new string('#', decimals), CultureInfo.InvariantCulture) + "%";
}
