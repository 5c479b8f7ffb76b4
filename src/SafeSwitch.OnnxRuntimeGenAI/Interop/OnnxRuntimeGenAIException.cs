namespace SafeSwitch.OnnxRuntimeGenAI;

/// <summary>ONNX Runtime GenAI is missing, does not fit or refused to do something; the message says which and what to do.</summary>
public sealed class OnnxRuntimeGenAIException : SafeSwitchException
{
    internal OnnxRuntimeGenAIException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <inheritdoc/>
    public override string DiagnosticId => "SS0201";
}
