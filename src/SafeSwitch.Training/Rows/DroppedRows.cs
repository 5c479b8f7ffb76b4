using System.Text.Json;
using SafeSwitch.Training.Settings;

namespace SafeSwitch.Training.Rows;

/// <summary>
/// Rows whose label was looked at and found wrong, so that nobody learns from them: JSON lines <c>{"set", "id", "why"}</c>. Rows stay in
/// their published files; this file says what was left out of them, and why.
/// </summary>
internal sealed class DroppedRows
{
    private readonly string path;
    private readonly HashSet<(string Set, string Id)> rows;

    private DroppedRows(string path, HashSet<(string, string)> rows) => (this.path, this.rows) = (path, rows);

    public static DroppedRows None { get; } = new("", []);

    /// <exception cref="RecipeException">A line is malformed, or names its row twice.</exception>
    public static DroppedRows Read(string path)
    {
        var (rows, line) = (new HashSet<(string, string)>(), 0);
        foreach (var text in File.ReadLines(path))
        {
            line++;
            if (string.IsNullOrWhiteSpace(text))
                continue;
            try
            {
                var row = JsonSerializer.Deserialize<Line>(text, SettingsFile.Json)!;
                if (!rows.Add((row.Set, row.Id)))
                    throw new RecipeException(path, $"line {line}", $"'{row.Set}/{row.Id}' again", "every row once");
            }
            catch (JsonException e)
            {
                throw new RecipeException(path, $"line {line}", e.Message, "a set, an id and why the row is left out", e);
            }
        }

        return new DroppedRows(path, rows);
    }

    public bool Has(DataRow row) => rows.Contains((row.Set, row.Id));

    /// <summary>Checks that every row that is to be left out was there to be left out.</summary>
    /// <param name="read">The rows of all data files, those of every split.</param>
    /// <exception cref="RecipeException">A row is of no data file.</exception>
    public void CheckKnown(IEnumerable<DataRow> read)
    {
        var strangers = rows.Except(read.Select(r => (r.Set, r.Id))).Select(r => $"{r.Set}/{r.Id}").Order(StringComparer.Ordinal).ToList();
        if (strangers.Count > 0)
            throw new RecipeException(path, "set, id", $"'{strangers[0]}'{(strangers.Count > 1 ? $" and {strangers.Count - 1} more" : "")}, which no data file has", "rows of the recipe's data");
    }

    private sealed record Line
    {
        public required string Set { get; init; }

        public required string Id { get; init; }

        public required string Why { get; init; }
    }
}
