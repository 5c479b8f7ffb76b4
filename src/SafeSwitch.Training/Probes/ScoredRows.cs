using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Thresholds;

namespace SafeSwitch.Training.Probes;

/// <summary>Rows, what a probe gave them, and which of them a bound on false positives is about.</summary>
/// <param name="rows">The rows.</param>
/// <param name="scores">Probability of the positive class, one a row.</param>
/// <param name="benign">Which harmless rows count as everyday requests.</param>
public sealed class ScoredRows(IReadOnlyList<ProbeRow> rows, IReadOnlyList<float> scores, BenignRule benign)
{
    private readonly bool[] isBenign = [.. rows.Select(r => !r.Positive && benign.Matches(r.Set, r.Source))];

    /// <summary>The validation rows of some states.</summary>
    internal static ScoredRows Of(TrainedProbe probe, IProbeStates states, BenignRule benign, int threads)
    {
        int[] held = [.. states.Rows.Index().Where(r => r.Item.Split == DataSplits.Validation).Select(r => r.Index)];
        return new ScoredRows([.. held.Select(i => states.Rows[i])], probe.Score(states, held, threads), benign);
    }

    /// <summary>The rows.</summary>
    public IReadOnlyList<ProbeRow> Rows => rows;

    /// <summary>Probability of the positive class, one a row.</summary>
    public IReadOnlyList<float> Scores => scores;

    /// <summary>Their labels.</summary>
    public IReadOnlyList<bool> Positive { get; } = [.. rows.Select(r => r.Positive)];

    /// <summary>Whether a row counts as an everyday request.</summary>
    public bool IsBenign(int row) => isBenign[row];

    /// <summary>Whether a row is positive or counts as an everyday request.</summary>
    public bool IsPositiveOrBenign(int row) => Positive[row] || isBenign[row];
}

/// <summary>A labelled row and what a probe said of it.</summary>
/// <param name="Score">The probability, in [0, 1].</param>
/// <param name="Positive">The label.</param>
/// <param name="Source">Where the row came from.</param>
/// <param name="Set">The file that it came from: its kind.</param>
public readonly record struct ScoredRow(float Score, bool Positive, string Source, string Set)
{
    /// <summary>What its figures are told under; <see langword="null"/> for its source.</summary>
    public string? Kind { get; init; }
}
