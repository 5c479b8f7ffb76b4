using System.Globalization;
using System.Text;
using System.Text.Json;
using SafeSwitch.Onnx.Files;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Settings;

namespace SafeSwitch.Training.Probes;

/// <summary>
/// Scores of rows by ensembles that never saw their source: <c>probes/NAME.scores.jsonl</c> of a bundle, one row a line, no text and no
/// names of rows. Thresholds are set on them, here and by a host on its own traffic.
/// </summary>
internal static class SourceScores
{
    /// <summary>The file, relative to the bundle.</summary>
    public static string FileOf(string probe, string place = ProbeRecord.Folder) => $"{place}/{probe}.scores.jsonl";

    /// <summary>Reads the scores of a probe.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="DataException">It is missing, or a line is not what was written.</exception>
    public static IReadOnlyList<ScoredRow> Read(string path)
    {
        var (rows, line) = (new List<ScoredRow>(), 0);
        try
        {
            foreach (var text in File.ReadLines(path))
            {
                line++;
                var row = JsonSerializer.Deserialize<Line>(text, SettingsFile.Json)!;
                if (!(row.Score is >= 0 and <= 1))
                    throw new DataException(string.Create(CultureInfo.InvariantCulture, $"'{path}', line {line}: score: found {row.Score}, expected a number in [0, 1]."));
                rows.Add(new ScoredRow(row.Score, row.Harmful, row.Source, row.Set) { Kind = row.Kind });
            }
        }
        catch (JsonException e)
        {
            throw new DataException(string.Create(CultureInfo.InvariantCulture, $"'{path}', line {line}: {e.Message} Expected a row's set, source, kind, label and score."), e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"'{path}': {e.Message} Expected the scores of sources that were left out.", e) { StepToRun = BuildStep.Probes };
        }

        return rows.Count > 0 ? rows : throw new DataException($"'{path}': found no row, expected the scores of sources that were left out.");
    }

    internal static void Write(string path, ScoredRows rows)
    {
        var text = new StringBuilder();
        foreach (var (row, score) in rows.Rows.Zip(rows.Scores))
        {
            var line = new Line { Set = row.Set, Source = row.Source, Kind = row.Kind, Harmful = row.Positive, Score = MathF.Round(score, 6) };
            text.Append(JsonSerializer.Serialize(line, Compact)).Append('\n');
        }

        AtomicFile.WriteText(path, text.ToString());
    }

    private static JsonSerializerOptions Compact { get; } = new(SettingsFile.Json) { WriteIndented = false };

    private sealed record Line
    {
        public required string Set { get; init; }

        public required string Source { get; init; }

        public required string Kind { get; init; }

        public required bool Harmful { get; init; }

        public required float Score { get; init; }
    }
}
