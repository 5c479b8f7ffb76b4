namespace SafeSwitch.Training.Rows;

/// <summary>
/// Reads rows from JSON lines: <c>{"prompt"|"messages", "harmful", "id"?, "category"?, "source"?, "language"?, "split"?, "wrapper"?,
/// "pair"?, "answer"?, "place"?, "refusal"?}</c>, or the reference implementation's <c>{"question_id", "turns", "category"}</c>.
/// Other fields are ignored.
/// </summary>
public static class DataReader
{
    /// <summary>Reads a file, row by row.</summary>
    /// <param name="path">The file.</param>
    /// <param name="strict">Whether the first malformed row ends the reading; otherwise it is reported and left out.</param>
    /// <param name="onProblem">Receives every row left out.</param>
    /// <exception cref="DataException">There is no such file, or a row is malformed and <paramref name="strict"/> is set.</exception>
    public static IEnumerable<DataRow> Read(string path, bool strict = false, Action<DataProblem>? onProblem = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
            throw new DataException($"'{path}': no such data file; expected JSON lines.");
        return ReadLines(path, strict, onProblem);
    }

    private static IEnumerable<DataRow> ReadLines(string path, bool strict, Action<DataProblem>? onProblem)
    {
        var set = Path.GetFileNameWithoutExtension(path);
        var file = Path.GetFileName(path);
        var firstLines = new Dictionary<string, int>(StringComparer.Ordinal);
        var line = 0;
        foreach (var text in File.ReadLines(path))
        {
            line++;
            if (string.IsNullOrWhiteSpace(text))
                continue;

            var row = DataRowParser.Parse(text, file, set, line, out var problem);
            if (row is not null && !firstLines.TryAdd(row.Id, line))
                problem = new DataProblem(file, line, "id", $"'{row.Id}', as in line {firstLines[row.Id]}", "every id once");

            if (problem is null)
                yield return row!;
            else if (strict)
                throw new DataException(problem);
            else
                onProblem?.Invoke(problem);
        }
    }
}
