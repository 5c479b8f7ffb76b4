using System.Text.Json;
using Microsoft.Extensions.AI;
using SafeSwitch.Chat;
using SafeSwitch.Guard;

namespace SafeSwitch.Server.Responses;

/// <summary>What the guard did with a request: the field <c>safeswitch</c> of an answer.</summary>
internal sealed record GuardReport
{
    /// <summary>Whether the answer is the guard's and not the model's; with the end of the answer.</summary>
    public bool? Intervened { get; init; }

    /// <summary>The policy that it was guarded by.</summary>
    public string? Policy { get; init; }

    /// <summary>What the monitor concluded, as <c>SafetyVerdict</c> is written.</summary>
    public JsonElement? Verdict { get; init; }

    /// <summary>Held-back tokens that an intervention threw away.</summary>
    public long? DiscardedTokens { get; init; }

    /// <summary>Why the answer is not the JSON that was asked for.</summary>
    public string? FormatFault { get; init; }

    /// <summary>Where the time went.</summary>
    public GuardTimes? Milliseconds { get; init; }

    /// <summary>The verdict that a response or an update carries.</summary>
    public static JsonElement? VerdictOf(AdditionalPropertiesDictionary? properties) =>
        properties?.GetValueOrDefault(SafeSwitchChat.VerdictKey) as JsonElement?;

    /// <summary>The end of an answer.</summary>
    public static GuardReport AtEnd(IEnumerable<AIContent> contents, UsageDetails? usage, ChatFinishReason? reason, JsonElement? verdict, string policy, GenerationResult? result) => new()
    {
        Intervened = reason == ChatFinishReason.ContentFilter,
        Policy = policy,
        Verdict = verdict,
        DiscardedTokens = usage?.AdditionalCounts?.TryGetValue(SafeSwitchChat.DiscardedTokensKey, out var discarded) == true ? discarded : null,
        FormatFault = contents.OfType<ErrorContent>().FirstOrDefault(e => e.ErrorCode == SafeSwitchChat.InvalidJsonCode)?.Message,
        Milliseconds = result is null ? null : GuardTimes.Of(result.Timings),
    };
}

/// <summary>Where the time of a request went, in milliseconds.</summary>
/// <param name="Prefill">Until the prompt was run, waiting included.</param>
/// <param name="Monitor">Inside the monitor.</param>
/// <param name="FirstToken">Until the first text was released.</param>
/// <param name="Total">Until the end.</param>
internal sealed record GuardTimes(double Prefill, double Monitor, double FirstToken, double Total)
{
    public static GuardTimes Of(GenerationTimings timings) => new(Of(timings.Prefill), Of(timings.Monitor), Of(timings.FirstToken), Of(timings.Total));

    private static double Of(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);
}
