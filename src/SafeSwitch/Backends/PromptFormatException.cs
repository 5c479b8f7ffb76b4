namespace SafeSwitch.Backends;

/// <summary>The model's chat template doesn't take the messages: their order, a role, or what is in them.</summary>
/// <param name="message">What is wrong, in the template's words where it has any.</param>
/// <param name="innerException">What led to it.</param>
public sealed class PromptFormatException(string message, Exception? innerException = null) : SafeSwitchException(message, innerException)
{
    /// <inheritdoc/>
    public override string DiagnosticId => "SS0006";
}
