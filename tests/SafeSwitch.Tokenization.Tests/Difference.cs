using System.Text.Json;

namespace SafeSwitch.Tokenization.Tests;

/// <summary>Where two texts part, short enough to read.</summary>
internal static class Difference
{
    private const int Before = 60;
    private const int After = 120;

    public static string Of(string expected, string actual)
    {
        var at = expected.AsSpan().CommonPrefixLength(actual);
        return $"at {at} expected {Excerpt(expected, at)} but was {Excerpt(actual, at)}";
    }

    private static string Excerpt(string text, int at) =>
        JsonSerializer.Serialize(text[Math.Max(0, at - Before)..Math.Min(text.Length, at + After)]);
}
