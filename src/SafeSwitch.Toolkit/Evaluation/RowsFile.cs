using System.Text;
using System.Text.Json;
using SafeSwitch.Toolkit.Data;

namespace SafeSwitch.Toolkit.Evaluation;

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

    /// <summary>The rows that stood in the file when it was opened.</summary>
    public IReadOnlyList<EvaluatedRow> Rows { get; }

    /// <exception cref="DataException">The file holds something else than rows of this run.</exception>
    public static RowsFile Open(string path, string run)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
            Directory.CreateDirectory(folder);
        var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            CutTornLine(stream);
            var rows = Read(stream, path, run);
            stream.Seek(0, SeekOrigin.End);
            return new RowsFile(stream, rows);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    public void Append(EvaluatedRow row)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(row, EvaluationJson.Readable.EvaluatedRow);
        Array.Resize(ref json, json.Length + 1);
        json[^1] = (byte)'\n';
        stream.Write(json);
        stream.Flush();
    }

    public void Dispose() => stream.Dispose();

    private static void CutTornLine(FileStream stream)
    {
        var end = stream.Length;
        var block = new byte[4096];
        while (end > 0)
        {
            var start = Math.Max(0, end - block.Length);
            stream.Position = start;
            stream.ReadExactly(block, 0, (int)(end - start));
            var newline = block.AsSpan(0, (int)(end - start)).LastIndexOf((byte)'\n');
            if (newline >= 0)
            {
                end = start + newline + 1;
                break;
            }

            end = start;
        }

        stream.SetLength(end);
    }

    private static List<EvaluatedRow> Read(FileStream stream, string path, string run)
    {
        stream.Position = 0;
        var rows = new List<EvaluatedRow>();
        using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
        for (var line = 1; reader.ReadLine() is { } text; line++)
        {
            EvaluatedRow? row;
            try
            {
                row = JsonSerializer.Deserialize(text, EvaluationJson.Readable.EvaluatedRow);
            }
            catch (JsonException e)
            {
                throw new DataException($"'{path}', line {line}: found no row of an evaluation ({e.Message}). Choose another file, or delete this one.", e);
            }

            if (row?.Run != run)
            {
                throw new DataException(
                    $"'{path}', line {line}: found a row of run '{row?.Run}', expected '{run}': model, probes, policies or limits have changed since. "
                    + "Choose another file, or delete this one.");
            }

            rows.Add(row);
        }

        return rows;
    }
}
