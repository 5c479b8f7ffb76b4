using SafeSwitch.Backends;
using SafeSwitch.Policies;

namespace SafeSwitch.Monitoring;

/// <summary>
/// What a policy makes of the probes' scores. Pure: the guard's loop and whoever evaluates or re-decides stored scores ask the
/// same rule. A score that isn't a number counts as reaching its threshold.
/// </summary>
public static class ProbeDecision
{
    /// <summary>Once the prompt is scored.</summary>
    /// <param name="policy">Its stages and thresholds, and what it makes of text that the probe can't read.</param>
    /// <param name="prompt">What the prompt probe says: the probability that the request is harmful, in [0, 1].</param>
    /// <returns><see cref="VerdictAction.Continue"/> below the threshold; else <see cref="VerdictAction.Intervene"/> in the
    /// one-stage form and <see cref="VerdictAction.Pilot"/> in the two-stage form.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="policy"/> is <see langword="null"/>.</exception>
    public static VerdictAction AtPrompt(SafetyPolicy policy, ProbeReading prompt)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var unread = IsOutOfDistribution(prompt.OutOfDistribution) ? policy.OutOfDistribution : OutOfDistributionAction.Continue;
        if (unread == OutOfDistributionAction.Intervene)
            return VerdictAction.Intervene;
        return prompt.Probability < policy.PromptThreshold && unread == OutOfDistributionAction.Continue ? VerdictAction.Continue
            : policy.Stages == GuardStages.Prompt ? VerdictAction.Intervene
            : VerdictAction.Pilot;
    }

    /// <summary>Once the pilot, or a stretch of a watched answer, is scored.</summary>
    /// <param name="policy">Its threshold.</param>
    /// <param name="responseScore">Probability that the model complies, in [0, 1].</param>
    /// <returns><see cref="VerdictAction.Continue"/> below the threshold, else <see cref="VerdictAction.Intervene"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="policy"/> is <see langword="null"/>.</exception>
    public static VerdictAction AtResponse(SafetyPolicy policy, float responseScore)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return responseScore < policy.ResponseThreshold ? VerdictAction.Continue : VerdictAction.Intervene;
    }

    /// <summary>Of an answer whose pilot was decoded, watching aside.</summary>
    /// <param name="policy">Its stages and thresholds.</param>
    /// <param name="prompt">What the prompt probe says.</param>
    /// <param name="responseScore">Probability that the model complies, in [0, 1]; <see langword="null"/> if there was no pilot to
    /// look at: the model ended its answer at once.</param>
    public static VerdictAction Of(SafetyPolicy policy, ProbeReading prompt, float? responseScore) => AtPrompt(policy, prompt) switch
    {
        VerdictAction.Pilot => responseScore is { } score ? AtResponse(policy, score) : VerdictAction.Continue,
        var action => action,
    };

    // The probe's own threshold is at 0.5; what isn't a number was not read.
    internal static bool IsOutOfDistribution(float? score) => score is { } value && !(value < 0.5f);
}
