using System.Globalization;
using System.Text;
using System.Text.Json;
using SafeSwitch.Settings;

namespace SafeSwitch.Auditing;

/// <summary>
/// Audit records as lines of JSON, each on the disk's way before the next. A file that has grown large is put aside under its time:
/// <c>audit.jsonl</c>, <c>audit.20260102T030405006Z.jsonl</c>.
/// </summary>
public sealed class AuditFile : IAuditSink, IDisposable
{
    private const string TimeFormat = "yyyyMMdd'T'HHmmssfff'Z'";

    private readonly Lock gate = new();
    private readonly AuditFileOptions options;
    private readonly TimeProvider time;
    private readonly string path;
    private readonly FileStream mine;
    private FileStream? stream;

    /// <summary>Opens the file, or makes it. A line that was never finished, because its process ended in the middle of it, is removed.</summary>
    /// <param name="options">Where to and how much; copied.</param>
    /// <param name="baseFolder">What a relative path is relative to; <see langword="null"/> for the working directory.</param>
    /// <param name="time">The clock that names old files.</param>
    /// <exception cref="SettingsException">An option is out of its range.</exception>
    /// <exception cref="IOException">The file can't be written, or somebody else writes it.</exception>
    public AuditFile(AuditFileOptions options, string? baseFolder = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        SettingsException.ThrowIfInvalid(options);
        this.options = new AuditFileOptions { Path = options.Path, MaxBytes = options.MaxBytes, MaxFiles = options.MaxFiles, Salt = options.Salt };
        this.time = time ?? TimeProvider.System;
        path = Path.GetFullPath(options.Path, Path.GetFullPath(baseFolder ?? "."));
        Salt = options.Salt is { } salt ? Encoding.UTF8.GetBytes(salt) : ReadOnlyMemory<byte>.Empty;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // A file of its own says who writes: on Unix the framework keeps readers out where it keeps a second writer out.
        mine = new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        try
        {
            stream = Open();
        }
        catch
        {
            mine.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Salt { get; }

    /// <summary>Reads the records of a file, in their order.</summary>
    /// <exception cref="SafeSwitchException">A line isn't a record: it is told with its number.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static IEnumerable<AuditRecord> Read(string path)
    {
        // Also one that is being written.
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file);
        for (var number = 1; reader.ReadLine() is { } line; number++)
        {
            AuditRecord? record;
            try
            {
                record = JsonSerializer.Deserialize(line, AuditJson.Line);
            }
            catch (JsonException e)
            {
                throw NoRecord(path, number, $"a line that isn't a record ({e.Message})", e);
            }

            if (record is null || record.PromptScore is not (null or (>= 0 and <= 1)) || record.ResponseScore is not (null or (>= 0 and <= 1)))
                throw NoRecord(path, number, record is null ? "null" : "a score that isn't a probability", null);
            yield return record;
        }
    }

    /// <summary>The files of an audit in the order in which they were written, those that were put aside first.</summary>
    /// <param name="path">The current file.</param>
    public static IReadOnlyList<string> FilesOf(string path)
    {
        path = Path.GetFullPath(path);
        return [.. OldFiles(path).Select(f => f.File), .. File.Exists(path) ? [path] : Array.Empty<string>()];
    }

    /// <inheritdoc/>
    public void Write(AuditRecord record)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(record, AuditJson.Default.AuditRecord);
        Array.Resize(ref line, line.Length + 1);
        line[^1] = (byte)'\n';
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(stream is null, this);
            if (stream.Length > 0 && stream.Length + line.Length > options.MaxBytes)
                PutAside();
            stream.Write(line);
            stream.Flush();
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            stream?.Dispose();
            stream = null;
            mine.Dispose();
        }
    }

    private static SafeSwitchException NoRecord(string path, int number, string found, Exception? inner) =>
        new($"{path}: line {number.ToString(CultureInfo.InvariantCulture)}: found {found}, expected a record of an audit.", inner);

    private static List<(string File, DateTimeOffset Time)> OldFiles(string path)
    {
        var (name, extension) = (Path.GetFileNameWithoutExtension(path), Path.GetExtension(path));
        var old = new List<(string File, DateTimeOffset Time)>();
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(path)!, $"{name}.*{extension}"))
        {
            var text = Path.GetFileName(file)[(name.Length + 1)..^extension.Length];
            if (DateTimeOffset.TryParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment))
                old.Add((file, moment));
        }

        old.Sort((a, b) => a.Time.CompareTo(b.Time));
        return old;
    }

    private FileStream Open()
    {
        // No buffer: a record is out of the process once it is written.
        var opened = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        try
        {
            opened.SetLength(EndOfLastLine(opened));
            opened.Seek(0, SeekOrigin.End);
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    private static long EndOfLastLine(FileStream file)
    {
        var block = new byte[4096];
        for (var end = file.Length; end > 0;)
        {
            var start = Math.Max(0, end - block.Length);
            file.Position = start;
            file.ReadExactly(block, 0, (int)(end - start));
            var index = block.AsSpan(0, (int)(end - start)).LastIndexOf((byte)'\n');
            if (index >= 0)
                return start + index + 1;
            end = start;
        }

        return 0;
    }

    private void PutAside()
    {
        stream!.Dispose();
        stream = null;
        try
        {
            // Their names are their order, also of two within a millisecond and under a clock that was set back.
            var moment = time.GetUtcNow();
            var old = OldFiles(path);
            if (old.Count > 0 && moment < old[^1].Time.AddMilliseconds(1))
                moment = old[^1].Time.AddMilliseconds(1);
            File.Move(path, Path.ChangeExtension(path, moment.ToString(TimeFormat, CultureInfo.InvariantCulture)) + Path.GetExtension(path));
            foreach (var (file, _) in old.SkipLast(options.MaxFiles - 1))
                File.Delete(file);
        }
        finally
        {
            // Whatever kept the old file from moving, records go on.
            stream = Open();
        }
    }
}
