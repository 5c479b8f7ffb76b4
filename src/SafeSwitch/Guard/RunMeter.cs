using System.Diagnostics;
using Microsoft.Extensions.Logging;
using SafeSwitch.Auditing;
using SafeSwitch.Bundles;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Sampling;

namespace SafeSwitch.Guard;

/// <summary>How a request ended that gave no answer, as <c>error.type</c>.</summary>
internal static class Outcome
{
    public const string Timeout = "timeout";
    public const string Cancelled = "cancelled";
    public const string Abandoned = "abandoned";
}

/// <summary>
/// The clock and the counters of one request, its activity, and its one record in telemetry and log, whether it was answered,
/// failed or was given up. Holds no text.
/// </summary>
internal sealed class RunMeter(ResolvedRequest request, GuardParts parts)
{
    private readonly TimeProvider time = parts.Time;
    private readonly long started = parts.Time.GetTimestamp();
    private TimeSpan prefill;
    private TimeSpan monitor;
    private TimeSpan? firstText;
    private Activity? activity;
    private SafetyVerdict? last;
    private int isRecorded;

    /// <summary>Single-token runs.</summary>
    public int Steps { get; set; }

    /// <summary>Held-back tokens that were thrown away.</summary>
    public int Discarded { get; set; }

    public long Now => time.GetTimestamp();

    public GenerationTimings Timings
    {
        get
        {
            var total = time.GetElapsedTime(started);
            return new GenerationTimings(prefill, monitor, firstText ?? total, total);
        }
    }

    /// <summary>Waits for the request's turn.</summary>
    /// <returns>Its place, to give back.</returns>
    public async Task<IDisposable?> EnterAsync(RequestQueue queue, CancellationToken cancellationToken)
    {
        SafeSwitchTelemetry.Queue.Add(1, Tags());
        var began = Now;
        try
        {
            return await queue.EnterAsync(time, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            SafeSwitchTelemetry.Queue.Add(-1, Tags());
            SafeSwitchTelemetry.QueueDuration.Record(time.GetElapsedTime(began).TotalSeconds, Tags());
        }
    }

    /// <summary>Starts the request's activity; <see langword="null"/> if nobody listens, or the request was given up before it began.</summary>
    public Activity? Start()
    {
        if (Volatile.Read(ref isRecorded) != 0)
            return null;
        activity = SafeSwitchTelemetry.Activities.StartActivity(SafeSwitchTelemetry.ActivityName);
        if (activity is null)
            return null;
        foreach (var (key, value) in Tags())
            activity.SetTag(key, value);
        var generation = request.Generation;
        activity.SetTag("gen_ai.request.max_tokens", generation.MaxNewTokens);
        if (generation.Sampling != SamplingOptions.Greedy)
        {
            activity.SetTag("gen_ai.request.temperature", generation.Sampling.Temperature);
            activity.SetTag("gen_ai.request.top_p", generation.Sampling.TopP);
            activity.SetTag("gen_ai.request.top_k", generation.Sampling.TopK);
            activity.SetTag("gen_ai.request.seed", generation.Sampling.Seed);
        }

        return activity;
    }

    public void Prefilled() => prefill = time.GetElapsedTime(started);

    public GenerationUpdate Release(string text)
    {
        firstText ??= time.GetElapsedTime(started);
        return new GenerationUpdate(text) { Verdict = last };
    }

    /// <summary>Records a verdict, and the time it took from <paramref name="asked"/>.</summary>
    public void Judged(SafetyVerdict verdict, long asked)
    {
        monitor += time.GetElapsedTime(asked);
        last = verdict;
        var stage = new KeyValuePair<string, object?>("safeswitch.stage", verdict.Stage.ToString());
        var tags = Tags();
        tags.Add(stage);
        var score = verdict.Stage == MonitorStage.Prompt ? verdict.PromptScore : verdict.ResponseScore;
        if (score is { } probability)
            SafeSwitchTelemetry.Scores.Record(probability, tags);
        tags.Add("safeswitch.action", verdict.Action.ToString());
        tags.Add("safeswitch.monitor_failed", verdict.IsError);
        tags.Add("safeswitch.out_of_distribution", verdict.IsOutOfDistribution);
        if (verdict.Guard is { } guard)
            tags.Add("safeswitch.guard", guard);
        SafeSwitchTelemetry.Verdicts.Add(1, tags);
        activity?.AddEvent(ToEvent(verdict, score));
    }

    public void Intervened(SafetyPolicy policy, SafetyVerdict verdict) =>
        Log.Intervened(parts.Logger, policy.CustomIntervention ?? policy.Intervention.ToString(), verdict.Stage, verdict.Reason);

    public void Answered(GenerationResult result)
    {
        if (Interlocked.Exchange(ref isRecorded, 1) != 0)
            return;

        var usage = result.Usage;
        var tags = Tags();
        tags.Add("safeswitch.intervened", result.Intervened);
        tags.Add("gen_ai.response.finish_reason", ReasonOf(result));
        Record(tags, result.Timings.Total);
        if (firstText is { } first)
            SafeSwitchTelemetry.FirstToken.Record(first.TotalSeconds, tags);
        if (request.Policy is not null)
            SafeSwitchTelemetry.MonitorDuration.Record(result.Timings.Monitor.TotalSeconds, tags);
        RecordTokens("input", usage.PromptTokens);
        RecordTokens("output", usage.AnswerTokens);
        RecordTokens("discarded", usage.DiscardedTokens);
        Log.Answered(parts.Logger, usage.AnswerTokens, usage.PromptTokens, result.FinishReason);
        Audit(result, error: null);

        if (activity is null)
            return;
        activity.SetTag("gen_ai.response.model", parts.Model.Info.Name);
        activity.SetTag("gen_ai.response.finish_reasons", new[] { ReasonOf(result) });
        activity.SetTag("gen_ai.usage.input_tokens", usage.PromptTokens);
        activity.SetTag("gen_ai.usage.output_tokens", usage.AnswerTokens);
        activity.SetTag("safeswitch.usage.discarded_tokens", usage.DiscardedTokens);
        activity.SetTag("safeswitch.intervened", result.Intervened);
        activity.SetTag("safeswitch.prompt_score", result.Verdict?.PromptScore);
        activity.SetTag("safeswitch.response_score", result.Verdict?.ResponseScore);
        activity.SetTag("safeswitch.out_of_distribution", result.Verdict?.IsOutOfDistribution);
        if (result.Verdict?.Guard is { } guard)
            activity.SetTag("safeswitch.guard", guard);
        activity.SetTag("safeswitch.monitor_failed", result.Verdict?.IsError);
    }

    /// <summary>Records a request that ended without an answer, if it has not been recorded.</summary>
    /// <param name="kind">An <see cref="Outcome"/>, or the type of an exception; not its message, which may hold text.</param>
    public void GivenUp(string kind)
    {
        if (Interlocked.Exchange(ref isRecorded, 1) != 0)
            return;

        var tags = Tags();
        tags.Add("error.type", kind);
        Record(tags, time.GetElapsedTime(started));
        RecordTokens("discarded", Discarded);
        Audit(result: null, kind);
        Log.GaveNoAnswer(parts.Logger, kind is Outcome.Cancelled or Outcome.Abandoned ? LogLevel.Debug : LogLevel.Warning, kind);
        activity?.SetTag("error.type", kind);
        activity?.SetStatus(ActivityStatusCode.Error, kind);
        // The work that it covers may hang forever, and would never stop it.
        activity?.Stop();
    }

    private void Audit(GenerationResult? result, string? error)
    {
        if (request.Audit is not { } sink)
            return;
        try
        {
            sink.Write(new AuditRecord
            {
                Time = time.GetUtcNow(),
                Client = request.Client,
                Policy = request.PolicyName,
                Bundle = parts.Bundle.Bundle.Digest,
                Model = parts.Model.Info.Name,
                PromptScore = last?.PromptScore,
                PromptThreshold = last?.PromptThreshold,
                OutOfDistribution = last?.OutOfDistribution,
                ResponseScore = last?.ResponseScore,
                ResponseThreshold = last?.ResponseThreshold,
                Guard = last?.Guard,
                Label = last?.Label,
                Action = last?.Action,
                Intervened = result?.Intervened ?? false,
                MonitorFailed = last?.IsError ?? false,
                Error = error,
                PromptTokens = result?.Usage.PromptTokens,
                PromptHash = PromptHash.Of(request.Generation.Messages, sink.Salt),
            });
        }
#pragma warning disable CA1031 // The host's code: whatever it throws, the request has ended and its answer stands.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.AuditFailed(parts.Logger, e);
        }
    }

    // What further guards of a policy tell is told under their probe's label.
    private static string NameOf(SafetyVerdict verdict) => verdict.Stage == MonitorStage.Response ? "safeswitch.model_complies"
        : verdict.Label is null or ProbeLabels.Harm ? "safeswitch.request_is_harmful"
        : $"safeswitch.{verdict.Label}";

    // As OpenTelemetry's conventions for generative AI tell evaluations.
    private static ActivityEvent ToEvent(SafetyVerdict verdict, float? score) => new("gen_ai.evaluation.result", tags: new ActivityTagsCollection
    {
        { "gen_ai.evaluation.name", NameOf(verdict) },
        { "gen_ai.evaluation.score.value", score },
        { "gen_ai.evaluation.score.label", verdict.Action.ToString() },
        { "gen_ai.evaluation.explanation", verdict.Reason },
    });

    // In the words of the conventions, as chat clients say it.
    private static string ReasonOf(GenerationResult result) => result.Intervened ? "content_filter" : result.FinishReason == FinishReason.Length ? "length" : "stop";

    private static void Record(TagList tags, TimeSpan total)
    {
        SafeSwitchTelemetry.Requests.Add(1, tags);
        SafeSwitchTelemetry.RequestDuration.Record(total.TotalSeconds, tags);
    }

    private void RecordTokens(string kind, int tokens)
    {
        var tags = Tags();
        tags.Add("gen_ai.token.type", kind);
        SafeSwitchTelemetry.Tokens.Add(tokens, tags);
    }

    private TagList Tags()
    {
        var tags = new TagList
        {
            { "gen_ai.operation.name", request.LooksOnly ? "classify" : "chat" },
            { "gen_ai.provider.name", SafeSwitchTelemetry.ProviderName },
            { "gen_ai.request.model", parts.Model.Info.Name },
            { "safeswitch.policy", request.PolicyName },
        };
        if (request.Client.Length > 0)
            tags.Add("safeswitch.client", request.Client);
        return tags;
    }
}
