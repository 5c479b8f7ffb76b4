using System.Text.Json;
using SafeSwitch.Training.Settings;

namespace SafeSwitch.Training.Rows;

/// <summary>
/// What somebody found wrong in published rows: JSON lines <c>{"set", "id", "why"}</c>, with <c>language</c> where only that was wrong or
/// missing. A row without it is left out, so that nobody learns from it. The published files stay as they are; this file says what was changed, and why.
/// </summary>
internal sealed class RowCorrections
{
    private readonly string path;
    private readonly Dictionary<(string Set, string Id), Line> lines;

    private RowCorrections(string path, Dictionary<(string, string), Line> lines) => (this.path, this.lines) = (path, lines);

    public static RowCorrections None { get; } = new("", []);

    /// <exception cref="RecipeException">A line is malformed, or names its row twice.</exception>
    public static RowCorrections Read(string path)
    {
        var (lines, number) = (new Dictionary<(string, string), Line>(), 0);
        foreach (var text in File.ReadLines(path))
        {
            number++;
            if (string.IsNullOrWhiteSpace(text))
                continue;
            try
            {
                var line = JsonSerializer.Deserialize(text, SettingsFile.TypeOf<Line>())!;
                if (line.Language is "")
                    throw new RecipeException(path, $"line {number}: language", "an empty text", "a language, or no such field to leave the row out");
                if (!lines.TryAdd((line.Set, line.Id), line))
                    throw new RecipeException(path, $"line {number}", $"'{line.Set}/{line.Id}' again", "every row once");
            }
            catch (JsonException e)
            {
                throw new RecipeException(path, $"line {number}", e.Message, "a set, an id, why, and the right language unless the row is left out", e);
            }
        }

        return new RowCorrections(path, lines);
    }

    /// <summary>The row as it is right; <see langword="null"/> if it is left out.</summary>
    public DataRow? Of(DataRow row) => !lines.TryGetValue((row.Set, row.Id), out var line) ? row
        : line.Language is { } language ? row with { Language = language }
        : null;

    /// <summary>Checks that every row that is to be corrected was there.</summary>
    /// <param name="read">The rows of all data files, those of every split.</param>
    /// <exception cref="RecipeException">A row is of no data file.</exception>
    public void CheckKnown(IEnumerable<(string Set, string Id)> read)
    {
        var strangers = lines.Keys.Except(read).Select(r => $"{r.Set}/{r.Id}").Order(StringComparer.Ordinal).ToList();
        if (strangers.Count > 0)
            throw new RecipeException(path, "set, id", $"'{strangers[0]}'{(strangers.Count > 1 ? $" and {strangers.Count - 1} more" : "")}, which no data file has", "rows of the recipe's data");
    }

    private sealed record Line
    {
        public required string Set { get; init; }

        public required string Id { get; init; }

        public required string Why { get; init; }

        public string? Language { get; init; }
    }
}
