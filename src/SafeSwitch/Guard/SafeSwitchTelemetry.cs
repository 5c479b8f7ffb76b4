using System.Diagnostics;
using System.Diagnostics.Metrics;
using SafeSwitch.Monitoring;

namespace SafeSwitch.Guard;

/// <summary>
/// Names of what SafeSwitch reports to OpenTelemetry and the like. No instrument or tag carries text of a request or an answer.
/// </summary>
public static class SafeSwitchTelemetry
{
    /// <summary>
    /// Name of the meter: <c>safeswitch.requests</c>, <c>safeswitch.verdicts</c>, <c>safeswitch.monitor.duration</c> (s),
    /// <c>safeswitch.time_to_first_token</c> (s), <c>safeswitch.tokens</c>.
    /// </summary>
    public const string MeterName = "SafeSwitch";

    /// <summary>Name of the activity source: one activity, <c>safeswitch.generate</c>, per request.</summary>
    public const string ActivitySourceName = "SafeSwitch";

    internal static readonly ActivitySource Activities = new(ActivitySourceName);

    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> Requests = Meter.CreateCounter<long>("safeswitch.requests", "{request}", "Requests answered.");
    private static readonly Counter<long> Verdicts = Meter.CreateCounter<long>("safeswitch.verdicts", "{verdict}", "Verdicts by stage and action.");
    private static readonly Counter<long> Tokens = Meter.CreateCounter<long>("safeswitch.tokens", "{token}", "Tokens by kind.");
    private static readonly Histogram<double> MonitorDuration = Meter.CreateHistogram<double>(
        "safeswitch.monitor.duration", "s", "Time inside the monitor, per request.");
    private static readonly Histogram<double> FirstToken = Meter.CreateHistogram<double>(
        "safeswitch.time_to_first_token", "s", "From the request to the first released text.");

    internal static void Record(SafetyVerdict verdict) => Verdicts.Add(
        1,
        new KeyValuePair<string, object?>("stage", verdict.Stage.ToString()),
        new KeyValuePair<string, object?>("action", verdict.Action.ToString()),
        new KeyValuePair<string, object?>("error", verdict.IsError));

    internal static void Record(GenerationResult result, Activity? activity)
    {
        var intervened = new KeyValuePair<string, object?>("intervened", result.Intervened);
        Requests.Add(1, intervened, new KeyValuePair<string, object?>("finish_reason", result.FinishReason.ToString()));
        Tokens.Add(result.Usage.PromptTokens, new KeyValuePair<string, object?>("kind", "prompt"));
        Tokens.Add(result.Usage.AnswerTokens, new KeyValuePair<string, object?>("kind", "answer"));
        Tokens.Add(result.Usage.DiscardedTokens, new KeyValuePair<string, object?>("kind", "discarded"));
        MonitorDuration.Record(result.Timings.Monitor.TotalSeconds);
        FirstToken.Record(result.Timings.FirstToken.TotalSeconds, intervened);

        if (activity is null)
            return;
        activity.SetTag("safeswitch.intervened", result.Intervened);
        activity.SetTag("safeswitch.finish_reason", result.FinishReason.ToString());
        activity.SetTag("safeswitch.prompt_score", result.Verdict?.PromptScore);
        activity.SetTag("safeswitch.response_score", result.Verdict?.ResponseScore);
        activity.SetTag("safeswitch.prompt_tokens", result.Usage.PromptTokens);
        activity.SetTag("safeswitch.answer_tokens", result.Usage.AnswerTokens);
    }
}
