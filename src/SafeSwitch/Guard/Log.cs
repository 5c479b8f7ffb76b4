using Microsoft.Extensions.Logging;
using SafeSwitch.Policies;

namespace SafeSwitch.Guard;

/// <summary>Every log message of the core. None holds text of a request or an answer.</summary>
internal static partial class Log
{
    [LoggerMessage(2, LogLevel.Information, "Intervened ({Intervention}) at the {Stage} stage: {Reason}.")]
    public static partial void Intervened(ILogger logger, string intervention, MonitorStage stage, string reason);

    [LoggerMessage(3, LogLevel.Debug, "Answered {AnswerTokens} tokens to a prompt of {PromptTokens}: {FinishReason}.")]
    public static partial void Answered(ILogger logger, int answerTokens, int promptTokens, FinishReason finishReason);

    [LoggerMessage(EventId = 6, Message = "A request ended without an answer: {Kind}.")]
    public static partial void GaveNoAnswer(ILogger logger, LogLevel level, string kind);

    [LoggerMessage(7, LogLevel.Error, "A request's audit record was lost.")]
    public static partial void AuditFailed(ILogger logger, Exception exception);

    [LoggerMessage(4, LogLevel.Information, "Loaded {Model} with {Backend}: {Probes} probes, {Adapters} adapters.")]
    public static partial void Loaded(ILogger logger, string model, string backend, int probes, int adapters);
}
