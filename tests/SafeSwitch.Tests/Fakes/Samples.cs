using System.Globalization;

namespace SafeSwitch.Tests.Fakes;

/// <summary>
/// How often properties are tried. <c>SAFESWITCH_SAMPLES=5</c> tries five in a hundred of the usual number: for mutation tests, which run every
/// test some hundred times.
/// </summary>
internal static class Samples
{
    private static readonly int Percent =
        int.TryParse(Environment.GetEnvironmentVariable("SAFESWITCH_SAMPLES"), CultureInfo.InvariantCulture, out var percent) ? percent : 100;

    public static int Of(int usual) => Math.Max(1, usual * Percent / 100);
}
