using System.ComponentModel.DataAnnotations;
using System.Globalization;
using SafeSwitch.Settings;

namespace SafeSwitch.Policies;

/// <summary>
/// A further guard of a policy: another prompt probe, with a threshold of its own, beside the policy's own one. What it does not say is as the policy
/// has it: so "no investment advice" may be a fixed sentence where "no harm" is the model's own refusal.
/// </summary>
public sealed class PolicyGuard : ICheckedSettings
{
    /// <summary>The prompt probe that it reads by.</summary>
    /// <value>Until it is set, the probe that is called what the guard is called.</value>
    public string? Probe { get; set; }

    /// <summary>The class of the probe that it is about; <see langword="null"/> for all that no guard of their own is about.</summary>
    public string? Class { get; set; }

    /// <summary>Scores at or above it are acted on. In [0, 1].</summary>
    /// <value>The default is 0.5.</value>
    [Range(0.0, 1.0)]
    public double Threshold { get; set; } = 0.5;

    /// <summary>Which stages decide; <see langword="null"/> for the policy's.</summary>
    public GuardStages? Stages { get; set; }

    /// <summary>What to do; <see langword="null"/> for what the policy does.</summary>
    public Intervention? Intervention { get; set; }

    /// <summary>The adapter to switch on; <see langword="null"/> for the policy's.</summary>
    public string? Adapter { get; set; }

    /// <summary>Most tokens of a refusal by the adapter, at least 1; <see langword="null"/> for the policy's limit.</summary>
    [Range(1, int.MaxValue)]
    public int? AdapterTokens { get; set; }

    /// <summary>The text of a fixed refusal; <see langword="null"/> for the policy's.</summary>
    public string? FixedRefusal { get; set; }

    /// <summary>A copy.</summary>
    public PolicyGuard Clone() => (PolicyGuard)MemberwiseClone();

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Check() => DeclaredRanges.CheckFlat(this, Between());

    private IEnumerable<SettingProblem> Between()
    {
        foreach (var (setting, text, expected) in new[] { (nameof(Probe), Probe, "the name of a prompt probe, or nothing"), (nameof(Class), Class, "the name of a class, or nothing"), (nameof(FixedRefusal), FixedRefusal, "the text to answer with, or nothing") })
        {
            if (text is not null && string.IsNullOrWhiteSpace(text))
                yield return new(setting, "an empty text", expected);
        }
    }

    /// <summary>What this guard does, about what another one is about.</summary>
    internal PolicyGuard About(PolicyGuard other)
    {
        var copy = Clone();
        (copy.Probe, copy.Class) = (other.Probe, other.Class);
        return copy;
    }

    /// <summary>Where this guard guards less than another.</summary>
    internal IEnumerable<SettingProblem> WeakerThan(PolicyGuard other, SafetyPolicy policy, SafetyPolicy otherPolicy)
    {
        if (Threshold > other.Threshold)
            yield return new(nameof(Threshold), Threshold.ToString(CultureInfo.InvariantCulture), $"at most {other.Threshold.ToString(CultureInfo.InvariantCulture)}");
        if (Probe != other.Probe)
            yield return new(nameof(Probe), Probe ?? "nothing", other.Probe ?? "nothing");
        if (Class != other.Class)
            yield return new(nameof(Class), Class ?? "nothing", other.Class ?? "nothing");
        if ((Stages ?? policy.Stages) == GuardStages.PromptAndResponse && (other.Stages ?? otherPolicy.Stages) == GuardStages.Prompt)
            yield return new(nameof(Stages), $"{Stages ?? policy.Stages}", $"{GuardStages.Prompt}, which intervenes at once");
        if (Intervention == Policies.Intervention.ObserveOnly && (other.Intervention ?? otherPolicy.Intervention) != Policies.Intervention.ObserveOnly)
            yield return new(nameof(Intervention), $"{Intervention}", $"{other.Intervention ?? otherPolicy.Intervention}, or another that does something");
    }
}
