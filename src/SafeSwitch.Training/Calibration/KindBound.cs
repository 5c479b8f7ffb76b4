namespace SafeSwitch.Training.Calibration;

/// <summary>
/// A bound of their own for a kind of harmless rows: those of a set, or of a source. It is empirical
/// (<see cref="Bundles.BoundRule.Empirical"/>) and can only raise a threshold.
/// </summary>
/// <param name="Set">The set; <see langword="null"/> for a bound on a source.</param>
/// <param name="Source">The source; <see langword="null"/> for a bound on a set.</param>
/// <param name="Factor">The share of them that may be flagged, as a multiple of each policy's bound on everyday rows; not negative.</param>
public sealed record KindBound(string? Set, string? Source, double Factor)
{
    /// <summary>Bounds by set and by source, in the order of their names.</summary>
    public static IReadOnlyList<KindBound> Of(IReadOnlyDictionary<string, double> sets, IReadOnlyDictionary<string, double> sources) =>
    [
        .. sets.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => new KindBound(s.Key, null, s.Value)),
        .. sources.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => new KindBound(null, s.Key, s.Value)),
    ];

    /// <summary>The rows that it speaks of.</summary>
    internal bool Matches(ScoredRow row) => !row.Positive && (Set is null || row.Set == Set) && (Source is null || row.Source == Source);

    internal string Describe() => Set is null ? $"source '{Source}'" : $"set '{Set}'";
}
