using System.Globalization;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Thresholds;

namespace SafeSwitch.Training.Probes.Sweeps;

/// <summary>Sources that a training does not see, so that its figures on them show what an unknown source would.</summary>
/// <param name="Name">Name of the family.</param>
/// <param name="Sources">Their rows, of both labels and in every set, are left out of training and early stopping.</param>
public sealed record SweepFold(string Name, IReadOnlyList<string> Sources)
{
    /// <summary>Nothing left out: figures on kinds of prompts (wrapped, long) rather than sources.</summary>
    public static SweepFold Nothing { get; } = new("nothing", []);

    internal bool LeavesOut(ProbeRow row) => Sources.Contains(row.Source) || (row.Wrapper is not null && Sources.Contains(row.Set));

    /// <summary>Whether leaving out sources of both labels says something: there are two of either label with that many rows, or more.</summary>
    internal static bool ServesBothLabels(IReadOnlyList<ProbeRow> rows, BenignRule benign, int rowsPerSource)
    {
        var plain = rows.Where(r => r.Plain && r.Split != DataSplits.Test).ToList();
        return Enough(plain.Where(r => r.Positive)) && Enough(plain.Where(r => !r.Positive && benign.Matches(r.Set, r.Source)));

        bool Enough(IEnumerable<ProbeRow> some) => some.GroupBy(r => r.Family, StringComparer.Ordinal).Count(g => g.Count() >= rowsPerSource) > 1;
    }

    /// <summary>Deals all families into folds, so that every one is left out once and the folds are alike in rows of either label.</summary>
    /// <exception cref="ArgumentException">A fold would leave one label only, or everything, out of training.</exception>
    internal static List<SweepFold> Deal(IReadOnlyList<ProbeRow> rows, CrossFitOptions options)
    {
        var families = rows.Select(r => r.Family).ToHashSet(StringComparer.Ordinal);
        if (options.Together.SelectMany(t => t).FirstOrDefault(name => !families.Contains(name)) is { } stranger)
            throw new ArgumentException($"together: found '{stranger}', expected sources and sets of wrapped rows: {string.Join(", ", families.Order(StringComparer.Ordinal))}.");
        if (options.Together.SelectMany(t => t).GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ArgumentException($"together: found '{twice.Key}' {twice.Count()} times, expected every source once.");
        var origins = options.Together.SelectMany(t => t.Select(name => (name, Origin: t[0]))).ToLookup(t => t.name, t => t.Origin);
        var units = rows.Where(r => r.Split != DataSplits.Test)
            .GroupBy(r => origins[r.Family].FirstOrDefault() ?? r.Family, StringComparer.Ordinal)
            .Select(g => (Families: g.Select(r => r.Family).Distinct().Order(StringComparer.Ordinal).ToList(), Counts: (int[])[g.Count(r => !r.Positive), g.Count(r => r.Positive)]))
            .OrderByDescending(u => u.Counts.Max()).ThenBy(u => u.Families[0], StringComparer.Ordinal)
            .ToList();
        double[] totals = [units.Sum(u => u.Counts[0]), units.Sum(u => u.Counts[1])];
        if (totals.Contains(0))
            throw new ArgumentException("Sources can be left out where there are rows of both labels; found only one.");
        var folds = Enumerable.Range(0, options.Folds).Select(_ => (Families: new List<string>(), Counts: new int[2])).ToList();
        foreach (var unit in units)
        {
            // Where it makes the fullest part the least full: by the larger of its shares of the harmless and of the harmful rows.
            var fold = folds.MinBy(f => (Fullness(f.Counts, unit.Counts), f.Families.Count));
            fold.Families.AddRange(unit.Families);
            for (var label = 0; label < 2; label++)
                fold.Counts[label] += unit.Counts[label];
        }

        var dealt = folds.Where(f => f.Families.Count > 0).Select((f, i) => new SweepFold(string.Create(CultureInfo.InvariantCulture, $"part {i + 1}"), f.Families)).ToList();
        foreach (var fold in dealt)
        {
            if (rows.Where(r => r.Split == DataSplits.Train && !fold.LeavesOut(r)).Select(r => r.Positive).Distinct().Count() < 2)
                throw new ArgumentException($"Without {string.Join(", ", fold.Sources)} the train rows have one label only: expected at least two sources of each.");
        }

        return dealt;

        double Fullness(int[] fold, int[] unit) => Enumerable.Range(0, 2).Max(l => unit[l] == 0 ? 0 : (fold[l] + unit[l]) / totals[l]);
    }

    /// <summary>Nothing, then every source that has enough harmful rows and without which both splits keep both labels.</summary>
    internal static List<SweepFold> EveryHarmfulSource(IProbeStates states, int rows)
    {
        var sources = states.Rows
            .Where(r => r.Positive && r.Split != DataSplits.Test)
            .GroupBy(r => r.Source, StringComparer.Ordinal)
            .ToList();
        return
        [
            Nothing,
            .. sources.Where(s => s.Count() >= rows && LeavesBoth(states, s.Key)).Select(s => s.Key)
                .Order(StringComparer.Ordinal).Select(s => new SweepFold(s, [s])),
        ];
    }

    private static bool LeavesBoth(IProbeStates states, string source) => states.Rows
        .Where(r => r.Source != source && r.Split != DataSplits.Test)
        .Select(r => (r.Split, r.Positive)).Distinct().Count() == 4;
}

/// <summary>
/// The bound on false positives that figures are taken at. Few everyday rows can't show a small one: nothing would be flagged,
/// every design would find nothing, and a sweep would choose by chance.
/// </summary>
internal static class ReachableBound
{
    /// <summary>The wanted bound, or the smallest in tenths of a percent that the everyday rows of every fold can show.</summary>
    public static double Of(IProbeStates states, BenignRule benign, int rowsPerFold, double wanted)
    {
        var fewest = SweepFold.EveryHarmfulSource(states, rowsPerFold).Min(fold => states.Rows.Count(r =>
            !r.Positive && r.Split == DataSplits.Validation && benign.Matches(r.Set, r.Source) && !fold.LeavesOut(r)));
        return fewest >= ConformalThreshold.RowsNeeded(wanted) ? wanted : Math.Min(0.5, Math.Ceiling(1000.0 / (fewest + 1)) / 1000);
    }
}
