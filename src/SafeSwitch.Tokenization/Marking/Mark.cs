namespace SafeSwitch.Tokenization.Marking;

/// <summary>Where a character came from: the template, a message (its index, 0 or more) or another input.</summary>
internal static class Mark
{
    public const int Template = -2;

    /// <summary>Content of no particular message: tools, documents, names, keyword arguments.</summary>
    public const int Input = -1;

    public static bool IsContent(int mark) => mark >= Input;

    /// <summary>The mark of something made from both: content wins, and content of two origins is of none in particular.</summary>
    public static int Join(int first, int second) =>
        first == second || second == Template ? first
        : first == Template ? second
        : Input;
}
