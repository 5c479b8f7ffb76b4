using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Configuration;
using SafeSwitch.Settings;

namespace SafeSwitch.Policies;

/// <summary>
/// When and how the guard acts: data, changeable while running, nameable, and overridable per request by the host. A request is
/// guarded by a copy that is made when it comes in.
/// </summary>
public sealed class SafetyPolicy : ICheckedSettings, IBindsSections
{
    /// <summary>The longest <see cref="MonitorTimeout"/>.</summary>
    public static readonly TimeSpan LongestMonitorTimeout = TimeSpan.FromHours(1);

    private double? promptThreshold;
    private double? responseThreshold;

    /// <summary>Prompt scores at or above it are acted on. In [0, 1].</summary>
    /// <value>Until it is set, that of the policy that this one is built on (the bundle's of the same name, or else its default one);
    /// 0.5 if it is built on none.</value>
    [Range(0.0, 1.0)]
    public double PromptThreshold { get => promptThreshold ?? 0.5; set => promptThreshold = value; }

    /// <summary>Response scores at or above it are acted on. In [0, 1].</summary>
    /// <value>Until it is set, that of the policy that this one is built on; 0.5 if it is built on none.</value>
    [Range(0.0, 1.0)]
    public double ResponseThreshold { get => responseThreshold ?? 0.5; set => responseThreshold = value; }

    /// <summary>The prompt probe that <see cref="PromptThreshold"/> is of; <see langword="null"/> for the bundle's first.</summary>
    public string? Probe { get; set; }

    /// <summary>The response probe that <see cref="ResponseThreshold"/> is of; <see langword="null"/> for the bundle's first.</summary>
    public string? ResponseProbe { get; set; }

    /// <summary>Further guards by name: other prompt probes, each with a threshold and, if it says so, an intervention of its own. Names are compared without
    /// case. All look at once, over one prefill; what asks for most is done, the policy's own probe first and then in this order.</summary>
    /// <value>None by default.</value>
    public IDictionary<string, PolicyGuard>? Guards { get; set; }

    /// <summary>Which stages decide.</summary>
    /// <value>The default is <see cref="GuardStages.PromptAndResponse"/>.</value>
    public GuardStages Stages { get; set; } = GuardStages.PromptAndResponse;

    /// <summary>Answer tokens that are decoded and held back for the response stage. In [1, 64].</summary>
    /// <value>The default is 3, as in the paper.</value>
    [Range(1, 64)]
    public int PilotTokens { get; set; } = 3;

    /// <summary>Watch the answer: after every so many tokens, the response stage looks at them before they are released. In
    /// [0, 1024]; 0 means not to watch.</summary>
    /// <value>The default is 0.</value>
    [Range(0, 1024)]
    public int WatchEvery { get; set; }

    /// <summary>What to do on a positive verdict.</summary>
    /// <value>The default is <see cref="Intervention.RefusalAdapter"/>.</value>
    public Intervention Intervention { get; set; } = Intervention.RefusalAdapter;

    /// <summary>
    /// Name of an intervention that the host added (<c>GuardedModel.Interventions</c>), in place of <see cref="Intervention"/>;
    /// <see langword="null"/> for the built-in one.
    /// </summary>
    public string? CustomIntervention { get; set; }

    /// <summary>The adapter to switch on; <see langword="null"/> for the bundle's first.</summary>
    public string? Adapter { get; set; }

    /// <summary>
    /// Most tokens of a refusal by the adapter, at least 1; <see langword="null"/> for no limit but the request's. The answer ends
    /// there: after an intervention the model never goes on without the adapter.
    /// </summary>
    [Range(1, int.MaxValue)]
    public int? AdapterTokens { get; set; }

    /// <summary>
    /// The answer under <see cref="Intervention.FixedRefusal"/>, and whenever another intervention fails or has to be repeated.
    /// </summary>
    public string FixedRefusal { get; set; } = "I'm sorry, but I can't help with that.";

    /// <summary>What to do where the prompt probe says that the request is of a kind that it never learned to read: another language, an
    /// encoding. Of no effect with probes that do not tell.</summary>
    /// <value>The default is <see cref="OutOfDistributionAction.Continue"/>: the verdict says it, and the answer goes on.</value>
    public OutOfDistributionAction OutOfDistribution { get; set; }

    /// <summary>How a request's text is read, by the model and the guard alike; the host's system text and the model's own turns always are
    /// as they were written.</summary>
    /// <value>The default is <see cref="PromptText.AsRead"/>.</value>
    public PromptText PromptText { get; set; }

    /// <summary>What a failed monitor counts as.</summary>
    /// <value>The default is <see cref="FailureMode.Closed"/>.</value>
    public FailureMode FailureMode { get; set; } = FailureMode.Closed;

    /// <summary>How long the monitor, or an intervention of the host's, may take at one stage; longer counts as failed. Above 0, at most an
    /// hour.</summary>
    /// <value>The default is 10 seconds.</value>
    public TimeSpan MonitorTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether the host means a policy of a bundle's name to guard less than the bundle's does: a higher threshold, a second stage that
    /// must agree, less watching, only observing, open on failure. Without it such a policy is refused. No part of a bundle.
    /// </summary>
    [JsonIgnore]
    public bool AllowWeaker { get; set; }

    /// <summary>A copy, so that a request can change one setting and leave the host's alone.</summary>
    public SafetyPolicy Clone()
    {
        var copy = (SafetyPolicy)MemberwiseClone();
        if (Guards is null)
            return copy;
        // Two names that differ by their case alone both stay, for Check to refuse.
        var isUnambiguous = Guards.Keys.Distinct(StringComparer.OrdinalIgnoreCase).Count() == Guards.Count;
        copy.Guards = new Dictionary<string, PolicyGuard>(isUnambiguous ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        foreach (var (name, guard) in Guards)
            copy.Guards[name] = guard?.Clone()!;
        return copy;
    }

    /// <summary>What holds where one of the <see cref="Guards"/> decides: a copy of this policy with that guard's probe, threshold and intervention.</summary>
    /// <param name="guard">The guard's name; <see langword="null"/> for the policy's own probe.</param>
    /// <exception cref="ArgumentException">There is no such guard.</exception>
    public SafetyPolicy ActingFor(string? guard)
    {
        var copy = Clone();
        if (guard is null)
            return copy;
        var found = copy.FindGuard(guard) ?? throw new ArgumentException($"There is no guard '{guard}' in the policy; it has {string.Join(", ", (Guards?.Keys ?? []).DefaultIfEmpty("none"))}.", nameof(guard));
        (copy.Probe, copy.PromptThreshold, copy.Stages) = (found.Probe ?? guard, found.Threshold, found.Stages ?? Stages);
        copy.Adapter = found.Adapter ?? Adapter;
        copy.AdapterTokens = found.AdapterTokens ?? AdapterTokens;
        copy.FixedRefusal = found.FixedRefusal ?? FixedRefusal;
        // An intervention that the guard names goes before one of the host's that the policy names.
        if (found.Intervention is { } own)
            (copy.Intervention, copy.CustomIntervention) = (own, null);
        return copy;
    }

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Check() => DeclaredRanges.CheckFlat(this, Between());

    private IEnumerable<SettingProblem> Between()
    {
        if (CustomIntervention is not null && string.IsNullOrWhiteSpace(CustomIntervention))
            yield return new(nameof(CustomIntervention), "an empty name", "the name of an intervention of the host's, or nothing");
        if (Intervention == Intervention.FixedRefusal && string.IsNullOrWhiteSpace(FixedRefusal))
            yield return new(nameof(FixedRefusal), "an empty text", "the text to answer with");
        if (Probe is not null && string.IsNullOrWhiteSpace(Probe))
            yield return new(nameof(Probe), "an empty name", "the name of a prompt probe, or nothing");
        if (ResponseProbe is not null && string.IsNullOrWhiteSpace(ResponseProbe))
            yield return new(nameof(ResponseProbe), "an empty name", "the name of a response probe, or nothing");
        foreach (var (name, guard) in Guards ?? new Dictionary<string, PolicyGuard>())
        {
            if (string.IsNullOrWhiteSpace(name) || guard is null)
            {
                yield return new(nameof(Guards), guard is null ? $"nothing for '{name}'" : "a guard without a name", "guards, each with a name");
            }
            else
            {
                foreach (var problem in guard.Check())
                    yield return problem with { Setting = $"{nameof(Guards)}:{name}:{problem.Setting}" };
                if (guard.Intervention == Intervention.FixedRefusal && guard.FixedRefusal is null && string.IsNullOrWhiteSpace(FixedRefusal))
                    yield return new($"{nameof(Guards)}:{name}:{nameof(guard.FixedRefusal)}", "nothing, as in the policy", "the text to answer with");
            }
        }

        if (Guards?.Keys.GroupBy(n => n, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice)
            yield return new(nameof(Guards), string.Join(", ", twice), "names that differ by more than their case");
        if (MonitorTimeout <= TimeSpan.Zero || MonitorTimeout > LongestMonitorTimeout)
            yield return new(nameof(MonitorTimeout), Show(MonitorTimeout), "a time above 0 and of at most an hour, as hh:mm:ss");
    }

    // What the host's settings say of a guard of the bundle's changes that guard; a name that there is not adds one.
    bool IBindsSections.TryBind(IConfigurationSection section, ICollection<SettingProblem> problems)
    {
        if (!section.Key.Equals(nameof(Guards), StringComparison.OrdinalIgnoreCase))
            return false;
        var guards = Guards ?? new Dictionary<string, PolicyGuard>(StringComparer.OrdinalIgnoreCase);
        var children = section.GetChildren().ToArray();
        if (section.Value is not null || children.Length == 0)
            problems.Add(new SettingProblem(section.Path, section.Value is null ? "nothing" : "a value", "a section with guards in it"));
        foreach (var child in children)
        {
            if (!guards.TryGetValue(child.Key, out var guard))
                guards.Add(child.Key, guard = new PolicyGuard());
            SettingsBinder.Bind(child, guard, [], problems);
        }

        Guards = guards;
        return true;
    }

    /// <summary>A copy of this policy whose thresholds, where nobody set them, are those of another.</summary>
    internal SafetyPolicy BuiltOn(SafetyPolicy basis)
    {
        var copy = Clone();
        copy.promptThreshold ??= basis.PromptThreshold;
        copy.responseThreshold ??= basis.ResponseThreshold;
        return copy;
    }

    /// <summary>Where this policy guards less than another: a higher threshold, a second stage that must agree, less watching, only observing, open on
    /// failure, a guard less.</summary>
    /// <param name="other">The policy to guard at least as much as.</param>
    /// <returns>Each setting that guards less, and what was expected of it; empty if this policy guards as much.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="other"/> is <see langword="null"/>.</exception>
    public IEnumerable<SettingProblem> WeakerThan(SafetyPolicy other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return FindWeaker(other);
    }

    private IEnumerable<SettingProblem> FindWeaker(SafetyPolicy other)
    {
        if (PromptThreshold > other.PromptThreshold)
            yield return new(nameof(PromptThreshold), Show(PromptThreshold), $"at most {Show(other.PromptThreshold)}");
        if (Probe != other.Probe)
            yield return new(nameof(Probe), Probe ?? "the bundle's first", other.Probe ?? "nothing: the bundle's first");
        if (ResponseProbe != other.ResponseProbe)
            yield return new(nameof(ResponseProbe), ResponseProbe ?? "the bundle's first", other.ResponseProbe ?? "nothing: the bundle's first");
        foreach (var (name, guard) in other.Guards ?? new Dictionary<string, PolicyGuard>())
        {
            var own = FindGuard(name);
            if (own is null)
            {
                yield return new($"{nameof(Guards)}:{name}", "nothing", "the guard");
                continue;
            }

            foreach (var problem in own.WeakerThan(guard, this, other))
                yield return problem with { Setting = $"{nameof(Guards)}:{name}:{problem.Setting}" };
        }

        // A guard of the host's about one class takes that class from the other's guard for all of them.
        foreach (var (name, own) in Guards?.Where(g => g.Value.Class is not null && other.FindGuard(g.Key) is null) ?? [])
        {
            var before = other.Guards?.FirstOrDefault(g => g.Value.Class is null && (g.Value.Probe ?? g.Key) == (own.Probe ?? name)).Value;
            foreach (var problem in before is null ? [] : own.WeakerThan(before.About(own), this, other))
                yield return problem with { Setting = $"{nameof(Guards)}:{name}:{problem.Setting}" };
        }

        var (asksResponse, otherAsksResponse) = (Stages == GuardStages.PromptAndResponse, other.Stages == GuardStages.PromptAndResponse);
        if (asksResponse && !otherAsksResponse)
            yield return new(nameof(Stages), Stages.ToString(), $"{other.Stages}, which intervenes at once");
        if ((asksResponse || WatchEvery > 0) && (otherAsksResponse || other.WatchEvery > 0) && ResponseThreshold > other.ResponseThreshold)
            yield return new(nameof(ResponseThreshold), Show(ResponseThreshold), $"at most {Show(other.ResponseThreshold)}");
        if (asksResponse && otherAsksResponse && PilotTokens < other.PilotTokens)
            yield return new(nameof(PilotTokens), Show(PilotTokens), $"at least {Show(other.PilotTokens)}, which {nameof(ResponseThreshold)} was chosen for");
        if (other.WatchEvery > 0 && (WatchEvery == 0 || WatchEvery > other.WatchEvery))
            yield return new(nameof(WatchEvery), Show(WatchEvery), $"a number in [1, {other.WatchEvery}]");
        // What an intervention of the host's does nobody knows here; that the policy names one says that it is meant.
        if (CustomIntervention is null && Intervention == Intervention.ObserveOnly && other.Intervention != Intervention.ObserveOnly)
            yield return new(nameof(Intervention), Intervention.ToString(), $"{other.Intervention}, or another that does something");
        if (OutOfDistribution < other.OutOfDistribution)
            yield return new(nameof(OutOfDistribution), OutOfDistribution.ToString(), $"at least {other.OutOfDistribution}");
        if (PromptText == PromptText.AsWritten && other.PromptText == PromptText.AsRead)
            yield return new(nameof(PromptText), PromptText.ToString(), other.PromptText.ToString());
        if (FailureMode == FailureMode.Open && other.FailureMode == FailureMode.Closed)
            yield return new(nameof(FailureMode), FailureMode.ToString(), other.FailureMode.ToString());
    }

    private PolicyGuard? FindGuard(string name)
    {
        PolicyGuard? found = null;
        Guards?.TryGetValue(name, out found);
        return found;
    }

    private static string Show(double value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Show(TimeSpan value) =>
        value == TimeSpan.MaxValue ? "TimeSpan.MaxValue (no limit)"
        : value == Timeout.InfiniteTimeSpan ? "Timeout.InfiniteTimeSpan (no limit)"
        : value.Ticks % TimeSpan.TicksPerDay == 0 && value > TimeSpan.Zero ? $"{value.Days} days ('{value.Days}' alone means days)"
        : value.ToString("c", CultureInfo.InvariantCulture);
}
