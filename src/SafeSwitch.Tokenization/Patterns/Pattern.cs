namespace SafeSwitch.Tokenization.Patterns;

/// <summary>
/// A compiled regular expression over code points, with the semantics of the library that the models' own tokenizers use:
/// leftmost alternative first, Unicode classes, lookaround, possessive and atomic groups.
/// </summary>
internal sealed class Pattern
{
    private readonly PatternNode root;

    private Pattern(PatternNode root) => this.root = root;

    /// <exception cref="FormatException">The expression is malformed or uses a feature that is not supported.</exception>
    public static Pattern Parse(string expression) => new(new PatternParser(expression).Parse().Link(Accept.Instance));

    /// <summary>Finds the first match at or after a position.</summary>
    public bool Find(ReadOnlySpan<char> text, int from, out int start, out int end)
    {
        for (start = from; start <= text.Length; start++)
        {
            end = root.Match(text, start);
            if (end >= 0)
                return true;
            if (start < text.Length && char.IsHighSurrogate(text[start]) && start + 1 < text.Length && char.IsLowSurrogate(text[start + 1]))
                start++;
        }

        end = -1;
        return false;
    }
}
