using SafeSwitch.Policies;

namespace SafeSwitch.Bundles;

/// <summary>What probes tell that say nothing else.</summary>
public static class ProbeLabels
{
    /// <summary>Of a prompt probe: the request is harmful.</summary>
    public const string Harm = "harm";

    /// <summary>Of a response probe: the model complies.</summary>
    public const string Compliance = "compliance";

    /// <summary>What a probe tells, by its description.</summary>
    public static string Of(ProbeDescription probe)
    {
        ArgumentNullException.ThrowIfNull(probe);
        return probe.Label ?? (probe.Stage == MonitorStage.Prompt ? Harm : Compliance);
    }
}
