using SafeSwitch.Policies;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Thresholds;

namespace SafeSwitch.Training.Probes;

/// <summary>Which negative rows of some states a bound on false positives is about.</summary>
internal static class BenignRows
{
    /// <summary>The rule for some states: at the response stage every answer that does not comply counts.</summary>
    /// <exception cref="ArgumentException">The rule matches no harmless validation row.</exception>
    public static BenignRule Of(IProbeStates states, MonitorStage stage, BenignRule rule)
    {
        if (stage == MonitorStage.Response)
            return new BenignRule();
        var held = states.Rows.Where(r => !r.Positive && r.Split == DataSplits.Validation).ToList();
        return held.Exists(r => rule.Matches(r.Set, r.Source)) ? rule : throw new ArgumentException(
            $"No harmless validation rows in {rule}; there are some in {string.Join(", ", held.Select(r => r.Set).Distinct().Order(StringComparer.Ordinal))}.");
    }
}
