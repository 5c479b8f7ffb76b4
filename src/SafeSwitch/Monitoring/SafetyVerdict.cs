using System.Text.Json.Serialization;
using SafeSwitch.Policies;

namespace SafeSwitch.Monitoring;

/// <summary>What the monitor concluded, with the numbers that it concluded it from.</summary>
public sealed record SafetyVerdict
{
    /// <summary>The stage at which it was reached.</summary>
    public required MonitorStage Stage { get; init; }

    /// <summary>What to do.</summary>
    public required VerdictAction Action { get; init; }

    /// <summary>Probability that the request is harmful, in [0, 1]; <see langword="null"/> if it was not scored.</summary>
    public float? PromptScore { get; init; }

    /// <summary>The threshold that <see cref="PromptScore"/> was compared with, in [0, 1].</summary>
    public double? PromptThreshold { get; init; }

    /// <summary>How surely the request is of a kind that the prompt probe never learned to read, such as another language or an encoding, in
    /// [0, 1]; <see langword="null"/> if the probe does not tell.</summary>
    public float? OutOfDistribution { get; init; }

    /// <summary>Whether the request is of such a kind: a low <see cref="PromptScore"/> then does not say that it is harmless.</summary>
    [JsonIgnore]
    public bool IsOutOfDistribution => ProbeDecision.IsOutOfDistribution(OutOfDistribution);

    /// <summary>Probability that the model is complying, in [0, 1]; <see langword="null"/> if it was not scored.</summary>
    public float? ResponseScore { get; init; }

    /// <summary>The threshold that <see cref="ResponseScore"/> was compared with, in [0, 1].</summary>
    public double? ResponseThreshold { get; init; }

    /// <summary>The guard of the policy that decided, by its name in <see cref="SafetyPolicy.Guards"/>; <see langword="null"/> for the policy's own probe.</summary>
    public string? Guard { get; init; }

    /// <summary>The prompt probe that decided; <see langword="null"/> if none did.</summary>
    public string? Probe { get; init; }

    /// <summary>What that probe tells, such as <c>harm</c> or <c>investment-advice</c>.</summary>
    public string? Label { get; init; }

    /// <summary>The likeliest class of that probe, if it has classes.</summary>
    public string? Class { get; init; }

    /// <summary>The scores of all guards at the prompt, that of the policy's own probe first; <see langword="null"/> where the policy has no further guards.</summary>
    public IReadOnlyList<GuardScore>? Scores { get; init; }

    /// <summary>Why, in a sentence without any text of the request.</summary>
    public required string Reason { get; init; }

    /// <summary>Whether the monitor failed, which is not the same as having looked and found nothing.</summary>
    public bool IsError { get; init; }
}

/// <summary>What one guard of a policy saw.</summary>
/// <param name="Guard">The guard's name in the policy; <see langword="null"/> for the policy's own probe.</param>
/// <param name="Probe">Its probe.</param>
/// <param name="Label">What that probe tells.</param>
/// <param name="Class">The likeliest class of the probe, if it has classes.</param>
/// <param name="Score">Probability of what it tells, in [0, 1].</param>
/// <param name="Threshold">The threshold that it was compared with, in [0, 1].</param>
/// <param name="Action">What the guard asks for by itself.</param>
public sealed record GuardScore(string? Guard, string Probe, string Label, string? Class, float Score, double Threshold, VerdictAction Action);

/// <summary>What a verdict asks the generation loop to do.</summary>
public enum VerdictAction
{
    /// <summary>Go on; release what was held back.</summary>
    Continue,

    /// <summary>Decode pilot tokens, hold them back and ask again at the response stage.</summary>
    Pilot,

    /// <summary>Carry out the policy's intervention.</summary>
    Intervene,
}
