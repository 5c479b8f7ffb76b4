using SafeSwitch.Policies;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Thresholds;

namespace SafeSwitch.Training.Probes;

/// <summary>Which negative rows a bound on false positives speaks of, where nobody said so.</summary>
internal static class EverydayChoice
{
    /// <summary>The rule for some states.</summary>
    /// <param name="states">The states.</param>
    /// <param name="stage">At the response stage every answer that does not comply counts.</param>
    /// <param name="sets">Sets that were named; <see langword="null"/> for the usual, or every set if there are no rows of those.</param>
    /// <exception cref="ArgumentException">None of the named sets holds harmless validation rows.</exception>
    public static EverydayRule Of(IProbeStates states, MonitorStage stage, IReadOnlyList<string>? sets)
    {
        var held = states.Rows.Where(r => !r.Positive && r.Split == DataSplits.Validation).ToList();
        var usual = new EverydayRule();
        var rule = sets is null ? usual : usual with { Sets = sets };
        if (stage == MonitorStage.Prompt && held.Exists(r => rule.Matches(r.Set, r.Source)))
            return rule;
        if (stage == MonitorStage.Prompt && sets is not null)
        {
            throw new ArgumentException(
                $"No harmless validation rows in the sets {string.Join(", ", sets)}; there are some in {string.Join(", ", held.Select(r => r.Set).Distinct().Order(StringComparer.Ordinal))}.");
        }

        return new EverydayRule { Sets = [.. states.Rows.Select(r => r.Set).Distinct().Order(StringComparer.Ordinal)], ExceptSources = [] };
    }
}
