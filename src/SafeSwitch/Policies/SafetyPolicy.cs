namespace SafeSwitch.Policies;

/// <summary>
/// When and how the guard acts: data, changeable while running, nameable, and overridable per request by the host.
/// </summary>
public sealed class SafetyPolicy
{
    /// <summary>Prompt scores at or above it are acted on. In [0, 1].</summary>
    /// <value>0.5 unless the bundle or the host says otherwise.</value>
    public double PromptThreshold { get; set; } = 0.5;

    /// <summary>Response scores at or above it are acted on. In [0, 1].</summary>
    /// <value>0.5 unless the bundle or the host says otherwise.</value>
    public double ResponseThreshold { get; set; } = 0.5;

    /// <summary>Which stages decide.</summary>
    /// <value>The default is <see cref="GuardStages.PromptAndResponse"/>.</value>
    public GuardStages Stages { get; set; } = GuardStages.PromptAndResponse;

    /// <summary>Answer tokens that are decoded and held back for the response stage. In [1, 64].</summary>
    /// <value>The default is 3, as in the paper.</value>
    public int PilotTokens { get; set; } = 3;

    /// <summary>Watch the answer: every that many tokens the response stage looks at them before they are released. In
    /// [0, 1024]; 0 means not to watch.</summary>
    /// <value>The default is 0.</value>
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
    public int? AdapterTokens { get; set; }

    /// <summary>
    /// The answer under <see cref="Intervention.FixedRefusal"/>, and whenever another intervention fails or has to be repeated.
    /// </summary>
    public string FixedRefusal { get; set; } = "I'm sorry, but I can't help with that.";

    /// <summary>What a failed monitor counts as.</summary>
    /// <value>The default is <see cref="FailureMode.Closed"/>.</value>
    public FailureMode FailureMode { get; set; } = FailureMode.Closed;

    /// <summary>How long the monitor, or an intervention of the host's, may take at one stage; longer counts as failed. At most an hour.</summary>
    /// <value>The default is 10 seconds.</value>
    public TimeSpan MonitorTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>A copy, so that a request can change one setting and leave the host's alone.</summary>
    public SafetyPolicy Clone() => (SafetyPolicy)MemberwiseClone();

    internal void CopyFrom(SafetyPolicy other)
    {
        PromptThreshold = other.PromptThreshold;
        ResponseThreshold = other.ResponseThreshold;
        Stages = other.Stages;
        PilotTokens = other.PilotTokens;
        WatchEvery = other.WatchEvery;
        Intervention = other.Intervention;
        CustomIntervention = other.CustomIntervention;
        Adapter = other.Adapter;
        AdapterTokens = other.AdapterTokens;
        FixedRefusal = other.FixedRefusal;
        FailureMode = other.FailureMode;
        MonitorTimeout = other.MonitorTimeout;
    }
}
