using System.Globalization;

namespace SafeSwitch.Tokenization;

/// <summary>A text that cannot fit into the tokens allowed for it. It was given up as soon as that was known, not encoded as a whole.</summary>
public sealed class TokenLimitException : Exception
{
    /// <summary>An error without figures.</summary>
    public TokenLimitException()
        : this("The text takes more tokens than are allowed.")
    {
    }

    /// <summary>An error described by a message.</summary>
    public TokenLimitException(string message)
        : base(message)
    {
    }

    /// <summary>An error described by a message, and what caused it.</summary>
    public TokenLimitException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal TokenLimitException(int tokenLimit, long minimumTokens, Exception? innerException = null)
        : base(string.Create(CultureInfo.InvariantCulture, $"The text takes at least {minimumTokens} tokens, expected at most {tokenLimit}."), innerException) =>
        (TokenLimit, MinimumTokens) = (tokenLimit, minimumTokens);

    /// <summary>A name for this kind of error that stays whatever its message says.</summary>
    public string DiagnosticId => "SS0503";

    /// <summary>How many tokens were allowed.</summary>
    public int TokenLimit { get; }

    /// <summary>How many tokens the text takes at least: as many as were counted, or its length over that of the longest token. The text may take far more.</summary>
    public long MinimumTokens { get; }
}
