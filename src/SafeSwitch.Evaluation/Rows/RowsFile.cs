using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Evaluation.Rows;

/// <summary>
/// The rows made so far, one JSON line each. A row is on disk before the next one is begun; a line that a kill left torn is cut
/// off and made again.
/// </summary>
internal sealed class RowsFile : IDisposable
{
    private readonly FileStream stream;

    private RowsFile(FileStream stream, List<EvaluatedRow> rows)
    {
        this.stream = stream;
        Rows = rows;
    }

    /// <summary>The rows in the file when it was opened.</summary>
    public IReadOnlyList<EvaluatedRow> Rows { get; }

    /// <exception cref="DataException">The file holds something else than rows of this run; it is left as it is.</exception>
    public static RowsFile Open(string path, string run)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
            Directory.CreateDirectory(folder);
        var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            var rows = Read(stream, path, run, out var wholeLength);
            var lacksLastEnd = wholeLength > stream.Length;
            if (!lacksLastEnd)
                stream.SetLength(wholeLength);
            stream.Seek(0, SeekOrigin.End);
            // The kill came between a whole row and its end of line.
            if (lacksLastEnd)
                stream.WriteByte((byte)'\n');
            return new RowsFile(stream, rows);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>The rows of a file that another process may be writing.</summary>
    /// <exception cref="DataException">The file holds something else than rows of this run.</exception>
    public static IReadOnlyList<EvaluatedRow> Read(string path, string run)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return Read(stream, path, run, out _);
    }

    /// <summary>The rows that a report was counted from.</summary>
    /// <exception cref="DataException">There are none, they are of several runs, or one comes twice.</exception>
    public static IReadOnlyList<EvaluatedRow> ReadReported(string path)
    {
        if (!File.Exists(path))
            throw new DataException($"'{path}': no such file, expected the rows that the report was counted from.");
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var rows = Read(stream, path, run: null, out _);
        if (rows.Count == 0)
            throw new DataException($"'{path}': found no row, expected those that the report was counted from.");
        if (rows.DistinctBy(r => r.Run).Count() > 1)
            throw new DataException($"'{path}': found rows of the runs {string.Join(", ", rows.Select(r => r.Run).Distinct())}, expected those of one.");
        return rows.GroupBy(r => r.Key, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice
            ? throw new DataException($"'{path}': row '{twice.Key}' comes {twice.Count()} times, expected once.")
            : rows;
    }

    /// <summary>A row as its line.</summary>
    public static byte[] LineOf(EvaluatedRow row)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(row, RowJson.Readable.EvaluatedRow);
        Array.Resize(ref json, json.Length + 1);
        json[^1] = (byte)'\n';
        return json;
    }

    /// <summary>SHA-256 of rows as they are written, one JSON line each, in the order of their keys, in lower-case hexadecimal.</summary>
    public static string DigestOf(IEnumerable<EvaluatedRow> rows)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var row in rows.OrderBy(r => r.Key, StringComparer.Ordinal))
            hash.AppendData(LineOf(row));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public void Append(EvaluatedRow row)
    {
        stream.Write(LineOf(row));
        stream.Flush();
    }

    public void Dispose() => stream.Dispose();

    private static List<EvaluatedRow> Read(FileStream stream, string path, string? run, out long wholeLength)
    {
        var rows = new List<EvaluatedRow>();
        wholeLength = 0;
        using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
        for (var line = 1; reader.ReadLine() is { } text; line++)
        {
            // Only the last line can lack its end: the kill came while it was written, so it is cut off. A whole document without
            // an end was written by someone else.
            var length = wholeLength + Encoding.UTF8.GetByteCount(text) + 1;
            if (length > stream.Length && !IsWhole(text))
                break;
            rows.Add(Parse(text, line, path, run));
            wholeLength = length;
        }

        return rows;
    }

    private static EvaluatedRow Parse(string text, int line, string path, string? run)
    {
        EvaluatedRow? row;
        try
        {
            row = JsonSerializer.Deserialize(text, RowJson.Readable.EvaluatedRow);
        }
        catch (JsonException e)
        {
            throw new DataException($"'{path}', line {line}: not a row of an evaluation ({e.Message}). Choose another file, or delete this one.", e);
        }

        if (row is not null && (HasNull(row.Groups?.Values) || HasNull(row.Labels?.Values) || HasNull(row.Costs?.Values) || HasNull(row.Answers?.Values) || HasNull(row.Alarms)))
            throw new DataException($"'{path}', line {line}: not a row of an evaluation (null in a list). Choose another file, or delete this one.");
        return row is not null && (run is null || row.Run == run)
            ? row
            : throw new DataException(
                $"'{path}', line {line}: found a row of run '{row?.Run}', expected '{run}': model, probes, policies, methods or limits have changed since. "
                + "Choose another file, or delete this one.");
    }

    private static bool HasNull<T>(IEnumerable<T>? values)
        where T : class => values?.Contains(null!) == true;

    private static bool IsWhole(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
