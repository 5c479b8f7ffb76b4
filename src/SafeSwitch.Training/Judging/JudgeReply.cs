using System.Text.RegularExpressions;

namespace SafeSwitch.Training.Judging;

/// <summary>Reads what a judge replied.</summary>
internal static partial class JudgeReply
{
    /// <returns>Whether it said yes; <see langword="null"/> if it said neither yes nor no, or more than can be told apart.</returns>
    public static bool? Parse(string reply)
    {
        var match = YesOrNo().Match(Thoughts().Replace(reply, ""));
        return match.Success ? match.Groups["word"].Value.Equals("yes", StringComparison.OrdinalIgnoreCase) : null;
    }

    /// <summary>The word stands first and by itself: "Yes.", "**no**", "Answer: yes, because"; never "no idea" or "yes or no".</summary>
    [GeneratedRegex(@"^[\s\W]*(?:(?:final\s+)?(?:answer|verdict)\W+)?(?<word>yes|no)(?:\s*$|\s*[^\w\s]|\s*[\r\n])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex YesOrNo();

    /// <summary>Reasoning that some models put before their answer.</summary>
    [GeneratedRegex("<think>.*?</think>", RegexOptions.Singleline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Thoughts();
}
