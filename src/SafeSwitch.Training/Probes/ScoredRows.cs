using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Thresholds;

namespace SafeSwitch.Training.Probes;

/// <summary>Rows, what a probe gave them, and which of them a bound on false positives speaks of.</summary>
internal sealed class ScoredRows(IReadOnlyList<ProbeRow> rows, IReadOnlyList<float> scores, EverydayRule everyday)
{
    private readonly bool[] isEveryday = [.. rows.Select(r => !r.Positive && everyday.Matches(r.Set, r.Source))];

    /// <summary>The validation rows of some states.</summary>
    public static ScoredRows Of(TrainedProbe probe, IProbeStates states, EverydayRule everyday, int threads)
    {
        int[] held = [.. states.Rows.Index().Where(r => r.Item.Split == DataSplits.Validation).Select(r => r.Index)];
        return new ScoredRows([.. held.Select(i => states.Rows[i])], probe.Score(states, held, threads), everyday);
    }

    public IReadOnlyList<ProbeRow> Rows => rows;

    /// <summary>Probability of the positive class, one a row.</summary>
    public IReadOnlyList<float> Scores => scores;

    public IReadOnlyList<bool> Positive { get; } = [.. rows.Select(r => r.Positive)];

    public bool IsEveryday(int row) => isEveryday[row];

    public bool IsPositiveOrEveryday(int row) => Positive[row] || isEveryday[row];
}
