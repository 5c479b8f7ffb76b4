using System.Text.Json;
using System.Text.RegularExpressions;

namespace SafeSwitch.Training.Settings;

/// <summary>What is wrong with a JSON file, in words about the file: the framework speaks of the types that it reads into.</summary>
internal static partial class JsonFault
{
    public static string Describe(JsonException fault)
    {
        var message = fault.Message;
        if (Unmapped().Match(message) is { Success: true } unknown)
            return $"an unknown field '{unknown.Groups[1].Value}'";
        if (Missing().Match(message) is { Success: true } missing)
            return $"no field {missing.Groups[1].Value}";
        if (Converted().IsMatch(message))
            return "a value of another kind";
        // Where it is stands beside it.
        var end = message.IndexOf(" Path: ", StringComparison.Ordinal);
        return (end > 0 ? message[..end] : message).TrimEnd('.');
    }

    [GeneratedRegex("^The JSON property '(.*?)' could not be mapped to any \\.NET member")]
    private static partial Regex Unmapped();

    [GeneratedRegex("was missing required properties including: (.*?)\\.(?: Path:|$)")]
    private static partial Regex Missing();

    [GeneratedRegex("^The JSON value could not be converted to")]
    private static partial Regex Converted();
}
