using Microsoft.Extensions.Logging;

namespace SafeSwitch.OnnxRuntimeGenAI.Decoding;

/// <summary>All log messages of the backend. None holds text of a request.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "{Model}: ONNX Runtime GenAI loaded a model of type {Type} on {Device}.")]
    public static partial void Loaded(ILogger logger, string model, string type, string device);

    [LoggerMessage(2, LogLevel.Warning, "{Model}: ONNX Runtime GenAI can't {Operation} on a generator of this model. The sequence is run again from its beginning, "
        + "which costs a prompt's time at each intervention. This is said once.")]
    public static partial void Replays(ILogger logger, string model, string operation);
}
