namespace SafeSwitch.Tokenization;

/// <summary>A pattern of a <c>tokenizer.json</c> took more steps on a text than any that works does: it backtracks without end.</summary>
public sealed class TokenizerPatternException : Exception
{
    /// <summary>An error that names no pattern.</summary>
    public TokenizerPatternException()
        : this("A pattern of the tokenizer takes too many steps.")
    {
    }

    /// <summary>An error described by a message.</summary>
    public TokenizerPatternException(string message)
        : base(message)
    {
    }

    /// <summary>An error described by a message, and what caused it.</summary>
    public TokenizerPatternException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal TokenizerPatternException(string pattern, int length, Exception? innerException)
        : base($"The tokenizer's pattern '{pattern}' takes too many steps on a text of {length} characters: it backtracks without end. "
            + "Expected a pattern that takes a few steps a character.", innerException) => Pattern = pattern;

    /// <summary>A name for this kind of error that stays whatever its message says.</summary>
    public string DiagnosticId => "SS0504";

    /// <summary>The regular expression as the file has it; empty if unknown.</summary>
    public string Pattern { get; } = "";
}
