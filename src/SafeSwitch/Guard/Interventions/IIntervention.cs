using SafeSwitch.Monitoring;
using SafeSwitch.Policies;

namespace SafeSwitch.Guard.Interventions;

/// <summary>
/// What is done on a positive verdict. The built-in ones stand behind <see cref="Intervention"/>; one of the host's is added by name
/// and chosen by a policy (<see cref="SafetyPolicy.CustomIntervention"/>). Stateless across generations and thread-safe.
/// <code>
/// public ValueTask&lt;InterventionPlan&gt; PlanAsync(InterventionContext context, CancellationToken cancellationToken) =>
///     new(InterventionPlan.Say("Please call our support line about this."));
/// </code>
/// </summary>
public interface IIntervention
{
    /// <summary>Says what takes the place of the answer from here on. By then nothing of what the verdict is about was shown.</summary>
    /// <param name="context">The verdict, and what was shown so far.</param>
    /// <param name="cancellationToken">Cancelled when the request ends early or <see cref="SafetyPolicy.MonitorTimeout"/> is over.</param>
    /// <returns>The plan. An exception, a time-out or a plan that can't be carried out ends the answer with
    /// <see cref="SafetyPolicy.FixedRefusal"/>.</returns>
    ValueTask<InterventionPlan> PlanAsync(InterventionContext context, CancellationToken cancellationToken);
}

/// <summary>The state of an answer when it is intervened on.</summary>
/// <param name="policy">The policy of the request, of which a copy is kept.</param>
/// <param name="verdict">The verdict that led here.</param>
public sealed class InterventionContext(SafetyPolicy policy, SafetyVerdict verdict)
{
    /// <summary>The policy of the request: a copy, so that changing it changes nothing.</summary>
    public SafetyPolicy Policy { get; } = policy.Clone();

    /// <summary>The verdict that led here.</summary>
    public SafetyVerdict Verdict { get; } = verdict;

    /// <summary>The cleared beginning of the answer, which the caller has; empty if nothing was released.</summary>
    public string ReleasedText { get; init; } = "";

    /// <summary>The policy's adapter, or the bundle's first; <see langword="null"/> if there is none.</summary>
    public string? Adapter { get; init; }
}

/// <summary>What takes the place of an answer: some text, then an end or the model's own refusal.</summary>
public sealed record InterventionPlan
{
    private InterventionPlan()
    {
    }

    /// <summary>Change nothing: release what was held back and go on.</summary>
    public static InterventionPlan LetPass { get; } = new() { LetsPass = true };

    /// <summary>End the answer after what was cleared of it.</summary>
    public static InterventionPlan End { get; } = new();

    /// <summary>Whether the answer goes on as if nothing had been found.</summary>
    public bool LetsPass { get; private init; }

    /// <summary>Text of the host's to release, on a line of its own if the answer had begun; empty for none.</summary>
    public string Text { get; private init; } = "";

    /// <summary>The adapter under which the model answers again from the end of the prompt; <see langword="null"/> to end the answer.</summary>
    public string? Adapter { get; private init; }

    /// <summary>Most tokens of that answer, at least 1; <see langword="null"/> for no limit but the request's.</summary>
    public int? MaxTokens { get; private init; }

    /// <summary>Release a text and end the answer.</summary>
    /// <exception cref="ArgumentException"><paramref name="text"/> is <see langword="null"/> or empty.</exception>
    public static InterventionPlan Say(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        return new() { Text = text };
    }

    /// <summary>Let the model answer again, from the end of the prompt, with an adapter on.</summary>
    /// <param name="adapter">The adapter's name.</param>
    /// <param name="maxTokens">Most tokens of it, at least 1; <see langword="null"/> for no limit but the request's.</param>
    /// <param name="preface">Text of the host's to release before it.</param>
    /// <exception cref="ArgumentNullException"><paramref name="preface"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxTokens"/> is out of its range.</exception>
    /// <exception cref="ArgumentException"><paramref name="adapter"/> is <see langword="null"/> or empty.</exception>
    public static InterventionPlan SwitchTo(string adapter, int? maxTokens = null, string preface = "")
    {
        ArgumentException.ThrowIfNullOrEmpty(adapter);
        ArgumentNullException.ThrowIfNull(preface);
        if (maxTokens is { } tokens)
            ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 1, nameof(maxTokens));
        return new() { Adapter = adapter, MaxTokens = maxTokens, Text = preface };
    }

    /// <summary>The policy's fixed refusal, or an end if it has none.</summary>
    internal static InterventionPlan Refuse(SafetyPolicy policy) =>
        string.IsNullOrWhiteSpace(policy.FixedRefusal) ? End : Say(policy.FixedRefusal);
}
