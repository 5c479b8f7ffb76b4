using Microsoft.Extensions.Logging;
using SafeSwitch.Generation;
using SafeSwitch.Monitoring;

namespace SafeSwitch.Diagnostics;

/// <summary>Every log message of the core. None holds text of a request or an answer.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "The safety monitor failed at the {Stage} stage: {Fault}. Failure mode: {FailureMode}.")]
    public static partial void MonitorFailed(
        ILogger logger, MonitorStage stage, string fault, FailureMode failureMode, Exception? exception);

    [LoggerMessage(2, LogLevel.Information, "Intervened ({Intervention}) at the {Stage} stage: {Reason}.")]
    public static partial void Intervened(ILogger logger, Intervention intervention, MonitorStage stage, string reason);

    [LoggerMessage(3, LogLevel.Debug, "Answered {AnswerTokens} tokens to a prompt of {PromptTokens}: {FinishReason}.")]
    public static partial void Answered(ILogger logger, int answerTokens, int promptTokens, FinishReason finishReason);

    [LoggerMessage(4, LogLevel.Information, "Loaded {Model} with {Backend}: {Probes} probes, {Adapters} adapters.")]
    public static partial void Loaded(ILogger logger, string model, string backend, int probes, int adapters);
}
