using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.AI;
using SafeSwitch.Auditing;
using SafeSwitch.Chat;
using SafeSwitch.Guard;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Settings;

namespace SafeSwitch.Classifying;

/// <summary>When a judge is asked, and how much it may cost.</summary>
public sealed class JudgeOptions : ICheckedSettings
{
    /// <summary>Prompt scores from here on are in the grey band. In [0, 1].</summary>
    /// <value>The default is 0.1.</value>
    [Range(0.0, 1.0)]
    public double From { get; set; } = 0.1;

    /// <summary>Prompt scores from here on are not: the probe is sure. In [0, 1], above <see cref="From"/>.</summary>
    /// <value>The default is 0.9.</value>
    [Range(0.0, 1.0)]
    public double To { get; set; } = 0.9;

    /// <summary>How long the judge may take. Above 0, at most an hour.</summary>
    /// <value>The default is 10 seconds.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Most questions in a <see cref="BudgetPeriod"/>; at least 1.</summary>
    /// <value>The default is 1,000.</value>
    [Range(1, int.MaxValue)]
    public int Budget { get; set; } = 1000;

    /// <summary>What <see cref="Budget"/> is for. Above 0, at most a day.</summary>
    /// <value>The default is an hour.</value>
    public TimeSpan BudgetPeriod { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Answers that are remembered, by a hash of the conversation; the oldest go first. 0 or more.</summary>
    /// <value>The default is 10,000.</value>
    [Range(0, int.MaxValue)]
    public int CacheSize { get; set; } = 10_000;

    /// <summary>What the judge is told. The conversation follows as a message of its own.</summary>
    public string Instructions { get; set; } = JudgeQuestion.Instructions;

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Check() => DeclaredRanges.CheckFlat(this, Between());

    private IEnumerable<SettingProblem> Between()
    {
        if (To >= 0 && To <= From)
            yield return new(nameof(To), To.ToString(CultureInfo.InvariantCulture), $"a number above {nameof(From)}");
        if (Timeout <= TimeSpan.Zero || Timeout > TimeSpan.FromHours(1))
            yield return new(nameof(Timeout), Timeout.ToString("c", CultureInfo.InvariantCulture), "a time above 0 and of at most an hour, as hh:mm:ss");
        if (BudgetPeriod <= TimeSpan.Zero || BudgetPeriod > TimeSpan.FromDays(1))
            yield return new(nameof(BudgetPeriod), BudgetPeriod.ToString("c", CultureInfo.InvariantCulture), "a time above 0 and of at most a day, as hh:mm:ss");
        if (string.IsNullOrWhiteSpace(Instructions))
            yield return new(nameof(Instructions), "an empty text", "what the judge is told");
    }
}

/// <summary>
/// Asks a second model about conversations whose prompt score is in a grey band, and takes its word in place of the probe's. A judge that fails,
/// takes too long, says anything but one of its two words, or is beyond its budget counts as the policy's <see cref="SafetyPolicy.FailureMode"/>
/// says: as harmful, or the probe's own verdict stands.
/// </summary>
public sealed class JudgedClassifier : ISafetyClassifier
{
    private readonly ISafetyClassifier inner;
    private readonly IChatClient judge;
    private readonly JudgeOptions options;
    private readonly TimeProvider time;
    private readonly byte[] salt = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentDictionary<string, bool> known = new();
    private readonly ConcurrentQueue<string> age = new();
    private readonly Lock gate = new();
    private DateTimeOffset periodEnd;
    private int left;

    /// <summary>A judge behind a classifier.</summary>
    /// <param name="inner">Who looks first; not owned.</param>
    /// <param name="judge">Who is asked about the rest; not owned. It sees the conversation.</param>
    /// <param name="options">The band and the limits; <see langword="null"/> for the defaults.</param>
    /// <param name="time">The clock of limits.</param>
    /// <exception cref="SettingsException">An option is out of its range.</exception>
    public JudgedClassifier(ISafetyClassifier inner, IChatClient judge, JudgeOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(judge);
        SettingsException.ThrowIfInvalid(this.options = options ?? new JudgeOptions());
        this.inner = inner;
        this.judge = judge;
        this.time = time ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    public async Task<SafetyClassification> ClassifyAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        IList<ChatMessage> conversation = [.. messages];
        var found = await inner.ClassifyAsync(conversation, options, cancellationToken).ConfigureAwait(false);
        var verdict = found.Verdict;
        var isUnread = verdict.IsOutOfDistribution && found.Policy.OutOfDistribution == OutOfDistributionAction.Escalate;
        var isGrey = verdict.PromptScore >= this.options.From && !(verdict.PromptScore >= this.options.To);
        if (verdict.IsError || !(isGrey || isUnread) || IsDecidedBeyondTheJudge(found))
            return found;

        var request = ChatRequests.ToClassification(conversation, options);
        var hash = PromptHash.Of(request.Messages, salt)!;
        if (known.TryGetValue(hash, out var isHarmful))
            return Judged(found, isHarmful, "cached");
        if (!TakeFromBudget())
            return Failed(found, "its budget is used up", "over_budget");
        var (word, fault) = await AskAsync(JudgeQuestion.Of(this.options.Instructions, request.Messages), cancellationToken).ConfigureAwait(false);
        if (word is not { } answer)
            return Failed(found, fault, "failed");
        Remember(hash, answer);
        return Judged(found, answer, answer ? "harmful" : "harmless");
    }

    // Whether it is harmful is all that a judge is asked: what another guard of the policy has found stays found, and what the policy refuses because
    // nobody could read it is none the clearer for being harmless.
    private static bool IsDecidedBeyondTheJudge(SafetyClassification found) =>
        found.Verdict.Guard is not null
        || found.Verdict.Scores?.Any(s => s.Guard is not null && s.Action != VerdictAction.Continue) == true
        || (found.Verdict.IsOutOfDistribution && found.Policy.OutOfDistribution == OutOfDistributionAction.Intervene);

    private async Task<(bool? IsHarmful, string Fault)> AskAsync(IReadOnlyList<ChatMessage> question, CancellationToken cancellationToken)
    {
        try
        {
            // It may block, hang, or ignore cancellation.
            var answer = await HostCode.RunAsync(
                async token => (await judge.GetResponseAsync(question, new ChatOptions { Temperature = 0, MaxOutputTokens = 16 }, token).ConfigureAwait(false)).Text,
                options.Timeout,
                time,
                cancellationToken).ConfigureAwait(false);
            return (JudgeQuestion.Read(answer), "it gave no answer that means one thing");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (TimeLimitException e)
        {
            return (null, e.Message);
        }
#pragma warning disable CA1031 // Whatever a judge throws must end in a verdict.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return (null, $"it threw {e.GetType().Name}");
        }
    }

    private static SafetyClassification Judged(SafetyClassification found, bool isHarmful, string how)
    {
        Count(found, how);
        return found with
        {
            Verdict = found.Verdict with
            {
                Action = isHarmful ? VerdictAction.Intervene : VerdictAction.Continue,
                Reason = $"{found.Verdict.Reason}; the judge, who was asked, says that the request is {(isHarmful ? "harmful" : "harmless")}",
            },
        };
    }

    private static SafetyClassification Failed(SafetyClassification found, string fault, string how)
    {
        Count(found, how);
        var isClosed = found.Policy.FailureMode == FailureMode.Closed;
        return found with
        {
            Verdict = found.Verdict with
            {
                Action = isClosed ? VerdictAction.Intervene : found.Verdict.Action,
                Reason = $"{found.Verdict.Reason}; the judge, who was asked, failed: {fault}; {(isClosed ? "this counts as unsafe" : "the probe's verdict stands")}",
                IsError = true,
            },
        };
    }

    private static void Count(SafetyClassification found, string how) => SafeSwitchTelemetry.Escalations.Add(1, new("safeswitch.policy", found.PolicyName), new("safeswitch.escalation", how));

    private bool TakeFromBudget()
    {
        lock (gate)
        {
            if (time.GetUtcNow() is var now && now >= periodEnd)
                (periodEnd, left) = (now + options.BudgetPeriod, options.Budget);
            if (left == 0)
                return false;
            left--;
            return true;
        }
    }

    private void Remember(string hash, bool isHarmful)
    {
        if (options.CacheSize == 0 || !known.TryAdd(hash, isHarmful))
            return;
        age.Enqueue(hash);
        while (age.Count > options.CacheSize && age.TryDequeue(out var oldest))
            known.TryRemove(oldest, out _);
    }
}
