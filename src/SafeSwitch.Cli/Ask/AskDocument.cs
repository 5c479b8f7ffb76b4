using System.Text.Json.Serialization;
using SafeSwitch.Guard;
using SafeSwitch.Monitoring;

namespace SafeSwitch.Cli.Ask;

/// <summary>What <c>ask --json</c> writes.</summary>
internal sealed record AskDocument
{
    public required string Answer { get; init; }

    public required FinishReason FinishReason { get; init; }

    public required bool Intervened { get; init; }

    public string? Policy { get; init; }

    public SafetyVerdict? Verdict { get; init; }

    public required UsageJson Usage { get; init; }

    public required TimingsJson Timings { get; init; }

    public static AskDocument Of(GenerationResult result, string? policy) => new()
    {
        Answer = result.Text,
        FinishReason = result.FinishReason,
        Intervened = result.Intervened,
        Policy = policy,
        Verdict = result.Verdict,
        Usage = new UsageJson(result.Usage.PromptTokens, result.Usage.AnswerTokens, result.Usage.DiscardedTokens, result.Usage.DecodeSteps),
        Timings = new TimingsJson(
            result.Timings.Prefill.TotalMilliseconds,
            result.Timings.Monitor.TotalMilliseconds,
            result.Timings.FirstToken.TotalMilliseconds,
            TokenTime.Of(result)?.TotalMilliseconds,
            result.Timings.Total.TotalMilliseconds),
    };

    internal sealed record UsageJson(int PromptTokens, int AnswerTokens, int DiscardedTokens, int DecodeSteps);

    internal sealed record TimingsJson(double PrefillMs, double MonitorMs, double FirstTokenMs, double? PerTokenMs, double TotalMs);
}

[JsonSerializable(typeof(AskDocument))]
internal sealed partial class AskJson : JsonSerializerContext;
