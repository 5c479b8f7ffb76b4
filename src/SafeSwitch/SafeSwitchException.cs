namespace SafeSwitch;

/// <summary>Base of the errors that SafeSwitch raises about its input: bundles, requests, models.</summary>
public class SafeSwitchException : Exception
{
    /// <summary>An error with a message for the person who can fix its cause.</summary>
    public SafeSwitchException(string message)
        : base(message)
    {
    }

    /// <summary>An error with a message and the exception that led to it.</summary>
    public SafeSwitchException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>
    /// A name for this kind of error that stays whatever its message says: <c>SS</c> and four digits. <c>docs/errors.md</c> says of each what it
    /// means and what to do. Each type has one of its own.
    /// </summary>
    public virtual string DiagnosticId => "SS0001";

    /// <summary>The error with its <see cref="DiagnosticId"/> in front, as logs show it.</summary>
    public override string ToString() => $"{DiagnosticId}: {base.ToString()}";
}
