namespace SafeSwitch.Tokenization.Patterns;

/// <summary>
/// A compiled regular expression over code points, with the semantics of the library that the models' own tokenizers use:
/// leftmost alternative first, Unicode classes, lookaround, possessive and atomic groups.
/// <para>
/// The framework's <c>Regex</c> does not serve: it works on UTF-16 units, in which no letter or digit above U+FFFF is one, has no mode for
/// code points, and knows neither possessive repetition nor intersections of classes as these patterns write them. Expanding each class into
/// surrogate pairs needs tables of its own; a binding of the original library would bring native binaries into a managed package.
/// </para>
/// </summary>
internal sealed class Pattern
{
    /// <summary>Patterns that models come with have some dozens of nodes. Each may cost a stack frame.</summary>
    private const long MaximumSize = 5_000;

    private readonly PatternNode root;
    private readonly string expression;
    private readonly int loops;

    private Pattern(PatternNode root, string expression, int loops)
    {
        this.root = root;
        this.expression = expression;
        this.loops = loops;
    }

    /// <exception cref="FormatException">The expression is malformed, uses a feature that is not supported or is too large.</exception>
    public static Pattern Parse(string expression)
    {
        var syntax = new PatternParser(expression).Parse();
        if (syntax.Size > MaximumSize)
            throw new FormatException($"with its repetitions written out it has {syntax.Size} parts, expected at most {MaximumSize}");
        var loops = new LoopCounter();
        return new Pattern(syntax.Link(Accept.Instance, loops), expression, loops.Count);
    }

    /// <summary>The steps that a search through a text of a length may take together.</summary>
    public PatternBudget Budget(int length) => new(expression, length, loops);

    /// <summary>Finds the first match at or after a position.</summary>
    /// <exception cref="TokenizerPatternException">The budget is spent.</exception>
    public bool Find(ReadOnlySpan<char> text, int from, ref PatternBudget budget, out int start, out int end)
    {
        try
        {
            for (start = from; start <= text.Length; start++)
            {
                budget.Spend(1);
                end = root.Match(text, start, ref budget);
                if (end >= 0)
                    return true;
                if (start < text.Length && char.IsHighSurrogate(text[start]) && start + 1 < text.Length && char.IsLowSurrogate(text[start + 1]))
                    start++;
            }
        }
        catch (InsufficientExecutionStackException e)
        {
            throw budget.Exceeded(e);
        }

        end = -1;
        return false;
    }
}
