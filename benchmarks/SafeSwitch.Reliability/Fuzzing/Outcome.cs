using System.Text.Json;
using SafeSwitch.Tokenization;

namespace SafeSwitch.Reliability.Fuzzing;

/// <summary>How a case ended.</summary>
internal enum Ending
{
    /// <summary>The file was read and used.</summary>
    Read,

    /// <summary>It was refused by an exception that is documented.</summary>
    Refused,

    /// <summary>Anything else: what must not be.</summary>
    Find,
}

/// <summary>What came of a case.</summary>
/// <param name="Case">Its number.</param>
/// <param name="Ending">How it ended.</param>
/// <param name="What">The exception's name, or how the process died.</param>
/// <param name="Where">The method of ours that it came from.</param>
/// <param name="Message">What it said.</param>
/// <param name="Edit">What was done to the file.</param>
/// <param name="Edits">How many edits that is.</param>
/// <param name="Seconds">Processor time.</param>
internal sealed record Outcome(int Case, Ending Ending, string What, string Where, string Message, string Edit, int Edits, double Seconds)
{
    public string ToJson() => JsonSerializer.Serialize(this);

    public static Outcome FromJson(string json) => JsonSerializer.Deserialize<Outcome>(json)!;

    /// <summary>Whether an exception is one that readers may throw.</summary>
    public static bool IsDocumented(Exception exception) => exception is SafeSwitchException or TokenizerFormatException or TokenizerPatternException or ChatTemplateException;

    /// <summary>The innermost method of ours that an exception passed.</summary>
    public static string Origin(Exception exception)
    {
        var frames = (exception.StackTrace ?? "").Split('\n', StringSplitOptions.TrimEntries);
        var ours = frames.FirstOrDefault(f => f.Contains("SafeSwitch.", StringComparison.Ordinal)) ?? frames[0];
        var method = ours.Split(" in ", 2)[0].Split('(')[0];
        return method.StartsWith("at ", StringComparison.Ordinal) ? method[3..] : method;
    }
}
