using System.Globalization;

namespace SafeSwitch.Cli.Shared;

/// <summary>A part of the work as people write it: <c>2/4</c>.</summary>
internal static class ShardName
{
    public static (int Part, int Of) Parse(string text) =>
        text.Split('/') is [var left, var right]
        && int.TryParse(left, NumberStyles.None, CultureInfo.InvariantCulture, out var part)
        && int.TryParse(right, NumberStyles.None, CultureInfo.InvariantCulture, out var of)
        && part >= 1 && part <= of
            ? (part, of)
            : throw new UsageException($"--shard: found '{text}', expected a part such as 2/4.");
}
