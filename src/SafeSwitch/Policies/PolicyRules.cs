using System.Globalization;

namespace SafeSwitch.Policies;

/// <summary>Which policies make sense. Field names are those of <c>safeswitch.json</c>.</summary>
internal static class PolicyRules
{
    private static readonly TimeSpan LongestMonitorTimeout = TimeSpan.FromHours(1);

    /// <summary>What is wrong with a policy on its own.</summary>
    public static IEnumerable<(string Field, string Found, string Expected)> Check(SafetyPolicy policy)
    {
        if (!IsProbability(policy.PromptThreshold))
            yield return ("prompt_threshold", Show(policy.PromptThreshold), "a number in [0, 1]");
        if (!IsProbability(policy.ResponseThreshold))
            yield return ("response_threshold", Show(policy.ResponseThreshold), "a number in [0, 1]");
        if (!Enum.IsDefined(policy.Stages))
            yield return ("stages", Show((int)policy.Stages), string.Join(" or ", Enum.GetNames<GuardStages>()));
        if (policy.PilotTokens is < 1 or > 64)
            yield return ("pilot_tokens", Show(policy.PilotTokens), "a number in [1, 64]");
        if (policy.WatchEvery is < 0 or > 1024)
            yield return ("watch_every", Show(policy.WatchEvery), "a number in [0, 1024]");
        if (!Enum.IsDefined(policy.Intervention))
            yield return ("intervention", Show((int)policy.Intervention), string.Join(" or ", Enum.GetNames<Intervention>()));
        if (policy.CustomIntervention is { } custom && string.IsNullOrWhiteSpace(custom))
            yield return ("custom_intervention", "an empty name", "the name of an intervention of the host's, or nothing");
        if (policy.AdapterTokens is < 1)
            yield return ("adapter_tokens", Show(policy.AdapterTokens.Value), "at least 1, or nothing for the whole answer");
        if (policy.Intervention == Intervention.FixedRefusal && string.IsNullOrWhiteSpace(policy.FixedRefusal))
            yield return ("fixed_refusal", "an empty text", "the text to answer with");
        if (!Enum.IsDefined(policy.FailureMode))
            yield return ("failure_mode", Show((int)policy.FailureMode), string.Join(" or ", Enum.GetNames<FailureMode>()));
        if (policy.MonitorTimeout <= TimeSpan.Zero || policy.MonitorTimeout > LongestMonitorTimeout)
        {
            yield return (
                "monitor_timeout", policy.MonitorTimeout.ToString("c", CultureInfo.InvariantCulture),
                "a positive time of at most an hour, as hours:minutes:seconds");
        }
    }

    private static bool IsProbability(double value) => value is >= 0 and <= 1;

    private static string Show(double value) => value.ToString(CultureInfo.InvariantCulture);
}
