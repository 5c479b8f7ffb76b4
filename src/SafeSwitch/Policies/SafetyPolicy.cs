using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json.Serialization;
using SafeSwitch.Settings;

namespace SafeSwitch.Policies;

/// <summary>
/// When and how the guard acts: data, changeable while running, nameable, and overridable per request by the host. A request is
/// guarded by a copy that is made when it comes in.
/// </summary>
public sealed class SafetyPolicy : ICheckedSettings
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
    public SafetyPolicy Clone() => (SafetyPolicy)MemberwiseClone();

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Check() => DeclaredRanges.CheckFlat(this, Between());

    private IEnumerable<SettingProblem> Between()
    {
        if (CustomIntervention is not null && string.IsNullOrWhiteSpace(CustomIntervention))
            yield return new(nameof(CustomIntervention), "an empty name", "the name of an intervention of the host's, or nothing");
        if (Intervention == Intervention.FixedRefusal && string.IsNullOrWhiteSpace(FixedRefusal))
            yield return new(nameof(FixedRefusal), "an empty text", "the text to answer with");
        if (MonitorTimeout <= TimeSpan.Zero || MonitorTimeout > LongestMonitorTimeout)
            yield return new(nameof(MonitorTimeout), Show(MonitorTimeout), "a time above 0 and of at most an hour, as hh:mm:ss");
    }

    /// <summary>A copy of this policy whose thresholds, where nobody set them, are those of another.</summary>
    internal SafetyPolicy BuiltOn(SafetyPolicy basis)
    {
        var copy = Clone();
        copy.promptThreshold ??= basis.PromptThreshold;
        copy.responseThreshold ??= basis.ResponseThreshold;
        return copy;
    }

    /// <summary>Where this policy guards less than another.</summary>
    internal IEnumerable<SettingProblem> WeakerThan(SafetyPolicy other)
    {
        if (PromptThreshold > other.PromptThreshold)
            yield return new(nameof(PromptThreshold), Show(PromptThreshold), $"at most {Show(other.PromptThreshold)}");
        var (asksResponse, otherAsksResponse) = (Stages == GuardStages.PromptAndResponse, other.Stages == GuardStages.PromptAndResponse);
        if (asksResponse && !otherAsksResponse)
            yield return new(nameof(Stages), Stages.ToString(), $"{other.Stages}, which intervenes at once");
        if ((asksResponse || WatchEvery > 0) && (otherAsksResponse || other.WatchEvery > 0) && ResponseThreshold > other.ResponseThreshold)
            yield return new(nameof(ResponseThreshold), Show(ResponseThreshold), $"at most {Show(other.ResponseThreshold)}");
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

    private static string Show(double value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Show(TimeSpan value) =>
        value == TimeSpan.MaxValue ? "TimeSpan.MaxValue (no limit)"
        : value == Timeout.InfiniteTimeSpan ? "Timeout.InfiniteTimeSpan (no limit)"
        : value.Ticks % TimeSpan.TicksPerDay == 0 && value > TimeSpan.Zero ? $"{value.Days} days ('{value.Days}' alone means days)"
        : value.ToString("c", CultureInfo.InvariantCulture);
}
