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
}
