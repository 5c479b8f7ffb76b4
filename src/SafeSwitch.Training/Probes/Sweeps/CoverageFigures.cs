using SafeSwitch.Training.Metrics;

namespace SafeSwitch.Training.Probes.Sweeps;

/// <summary>What is marked as out of distribution of rows that were scored without their source.</summary>
public sealed record CoverageFigures
{
    /// <summary>Sources and languages with fewer rows say little, and have no line of their own.</summary>
    private const int LeastRows = 20;

    private const int MostDoubtful = 200;

    /// <summary>Rows of covered languages that it learned from.</summary>
    public required int Covered { get; init; }

    /// <summary>Rows of other languages.</summary>
    public required int Foreign { get; init; }

    /// <summary>The log-odds from which on rows are marked, before they were moved to 0.</summary>
    public required float Threshold { get; init; }

    /// <summary>Everyday requests of covered languages that are marked.</summary>
    public required Proportion Everyday { get; init; }

    /// <summary>The everyday source of which most are marked, among those with enough rows; <see langword="null"/> if none has.</summary>
    public SourceFigure? Worst { get; init; }

    /// <summary>Harmful requests of covered languages that are marked.</summary>
    public required Proportion Harmful { get; init; }

    /// <summary>Rows of other languages that are marked: all of them together.</summary>
    public required Proportion Found { get; init; }

    /// <summary>The same by language, where there are enough rows.</summary>
    public required IReadOnlyDictionary<string, Proportion> ByLanguage { get; init; }

    /// <summary>Rows of covered languages that look more like the others, the likest first: they raise the threshold, and are often of a language
    /// that nobody wrote down.</summary>
    public required IReadOnlyList<DoubtfulRow> Doubtful { get; init; }

    internal static CoverageFigures Of(IReadOnlyList<(ProbeRow Row, bool Foreign, bool Everyday, float LogOdds)> scored, float threshold)
    {
        var rows = scored.Select(r => (r.Row, r.Foreign, r.Everyday, Marked: r.LogOdds >= threshold)).ToList();
        var foreign = rows.Count(r => r.Foreign);
        return new CoverageFigures
        {
            Covered = rows.Count - foreign,
            Foreign = foreign,
            Threshold = threshold,
            Everyday = Proportion.Of(rows.Where(r => r.Everyday).Select(r => r.Marked)),
            Worst = rows.Where(r => r.Everyday).GroupBy(r => r.Row.Source, StringComparer.Ordinal).Where(g => g.Count() >= LeastRows)
                .Select(g => new SourceFigure(g.Key, Positive: false, Proportion.Of(g.Select(r => r.Marked)))).MaxBy(f => f.Flagged.Value),
            Harmful = Proportion.Of(rows.Where(r => !r.Foreign && r.Row.Positive).Select(r => r.Marked)),
            Found = Proportion.Of(rows.Where(r => r.Foreign).Select(r => r.Marked)),
            ByLanguage = rows.Where(r => r.Foreign).GroupBy(r => r.Row.Language!, StringComparer.Ordinal).Where(g => g.Count() >= LeastRows)
                .OrderBy(g => g.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => Proportion.Of(g.Select(r => r.Marked))),
            Doubtful = [.. scored.Where(r => !r.Foreign && r.LogOdds >= 0).OrderByDescending(r => r.LogOdds).Take(MostDoubtful)
                .Select(r => new DoubtfulRow(r.Row.Set, r.Row.Id, r.LogOdds))],
        };
    }

    /// <summary>The figures by name, for a record.</summary>
    internal IEnumerable<KeyValuePair<string, double>> ToMetrics() => new Dictionary<string, double>
    {
        ["coverage.rows"] = Covered,
        ["coverage.foreign_rows"] = Foreign,
        ["coverage.threshold"] = Threshold,
        ["coverage.everyday"] = Everyday.Value,
        ["coverage.everyday_worst"] = Worst?.Flagged.Value ?? double.NaN,
        ["coverage.harmful"] = Harmful.Value,
        ["coverage.foreign"] = Found.Value,
    }
        .Concat(ByLanguage.Select(l => KeyValuePair.Create($"coverage.foreign.{l.Key}", l.Value.Value)))
        .Where(m => double.IsFinite(m.Value)).Select(m => KeyValuePair.Create(m.Key, Math.Round(m.Value, 4)));
}

/// <summary>A row that may be of another language than it says.</summary>
/// <param name="Set">Its file, without folder and extension.</param>
/// <param name="Id">Its name in the file.</param>
/// <param name="LogOdds">Of being of no covered language, before the threshold was moved to 0.</param>
public sealed record DoubtfulRow(string Set, string Id, float LogOdds);
