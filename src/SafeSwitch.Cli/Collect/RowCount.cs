using System.Globalization;
using SafeSwitch.Cli.Shared;

namespace SafeSwitch.Cli.Collect;

/// <summary>A number of rows as people write it: <c>all</c>, <c>none</c> or <c>500</c>.</summary>
internal static class RowCount
{
    public static int Parse(string option, string text) => text switch
    {
        "all" => int.MaxValue,
        "none" => 0,
        _ when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) => count,
        _ => throw new UsageException($"{option}: found '{text}', expected all, none or a number."),
    };
}
