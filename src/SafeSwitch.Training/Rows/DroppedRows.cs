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

    /// <exception cref="RecipeException">A row is of a set that the recipe does not have.</exception>
    public void CheckKnown(IEnumerable<string> sets)
    {
        var known = sets.ToHashSet(StringComparer.Ordinal);
        if (rows.Select(r => r.Set).FirstOrDefault(s => !known.Contains(s)) is { } stranger)
            throw new RecipeException(path, "set", $"'{stranger}'", $"a set of the recipe: {string.Join(", ", known.Order(StringComparer.Ordinal))}");
    }

    private sealed record Line
    {
        public required string Set { get; init; }

        public required string Id { get; init; }

        public required string Why { get; init; }
    }
}
