using SafeSwitch.Training.Settings;

namespace SafeSwitch.Training.Rows;

/// <summary>Which rows of data files are taken.</summary>
public static class RowSelector
{
    /// <summary>The name for the rows of every split.</summary>
    public const string AllSplits = "all";

    /// <summary>The name for rows that something may be learned from: all but the test rows.</summary>
    public const string SeenSplits = "seen";

    /// <summary>The names that a split can be asked for by.</summary>
    public static IReadOnlyList<string> KnownSplits { get; } = [DataSplits.Train, DataSplits.Validation, DataSplits.Test, SeenSplits, AllSplits];

    /// <summary>Reads the files. Malformed rows are reported and left out.</summary>
    /// <param name="files">The files.</param>
    /// <param name="split">One of <see cref="KnownSplits"/>.</param>
    /// <param name="limit">At most that many rows, spread evenly over all.</param>
    /// <param name="strict">Whether the first malformed row ends the reading.</param>
    /// <param name="onProblem">Receives every malformed row.</param>
    /// <param name="corrections">A file of what is wrong in published rows, lines of <c>{"set", "id", "why"}</c>: such rows are left out, or are of the
    /// <c>language</c> that a line says.</param>
    /// <exception cref="DataException">There is no such file, or no such row.</exception>
    /// <exception cref="RecipeException">A line of the corrections is malformed, or names its row twice.</exception>
    public static SelectedRows Read(
        IEnumerable<string> files, string split, int? limit, bool strict, Action<DataProblem> onProblem, string? corrections = null)
    {
        var problems = 0;
        var corrected = corrections is null ? RowCorrections.None : RowCorrections.Read(corrections);
        var rows = files.SelectMany(path => DataReader.Read(path, strict, problem =>
        {
            problems++;
            onProblem(problem);
        })).ToList();
        var selected = rows.FindAll(r => split switch
        {
            AllSplits => true,
            SeenSplits => r.Split != DataSplits.Test,
            _ => r.Split == split,
        });
        if (selected.Count == 0)
        {
            var there = rows.Count == 0 ? "none at all" : string.Join(", ", rows.GroupBy(r => r.Split).Select(g => $"{g.Count()} of '{g.Key}'"));
            throw new DataException($"Found no rows of split '{split}' in the data files, but {there}. Choose another split; '{AllSplits}' takes every row.");
        }

        var right = selected.Select(corrected.Of).OfType<DataRow>().ToList();
        return new SelectedRows(Spread(right, limit ?? int.MaxValue), problems) { Corrected = selected.Count - right.Count };
    }

    private static List<DataRow> Spread(List<DataRow> rows, int limit) =>
        limit >= rows.Count ? rows : [.. Enumerable.Range(0, limit).Select(i => rows[(int)((long)i * rows.Count / limit)])];
}

/// <summary>The rows that are taken.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="LeftOut">Malformed rows.</param>
public sealed record SelectedRows(IReadOnlyList<DataRow> Rows, int LeftOut)
{
    /// <summary>Rows that somebody found wrong, and that are therefore not among these.</summary>
    public int Corrected { get; init; }

    /// <summary>These rows and some of their requests, disguised.</summary>
    /// <param name="perLabel">Requests of either label; 0 for none.</param>
    /// <exception cref="DataException">No row serves.</exception>
    public SelectedRows WithAttacks(int perLabel) => perLabel == 0 ? this : this with { Rows = [.. Rows, .. AttackRows.Of(Rows, perLabel, seed: 1)] };
}
