using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using SafeSwitch.Training.Settings;

namespace SafeSwitch.Training.Rows;

/// <summary>What became of a row when a part of a bundle was made.</summary>
public enum RowUse
{
    /// <summary>It was learned from. Networks of a probe that set rows aside to stop by set different ones aside: those are among these.</summary>
    Trained,

    /// <summary>It was not learned from, and training stopped by it.</summary>
    Stopped,

    /// <summary>A threshold was chosen on it.</summary>
    Calibrated,
}

/// <summary>
/// The rows that a part of a bundle was made of, by their hashes: no text. A probe's stand in <c>probes/NAME.trained.json</c> and
/// <c>probes/NAME.calibrated.json</c>, an adapter's in <c>adapters/NAME.trained.json</c>; the manifest names them with their digests.
/// </summary>
public sealed record UsedRows
{
    /// <summary>The rows, by the data file that they came from, their source and their use.</summary>
    public required IReadOnlyList<UsedRowGroup> Rows { get; init; }

    /// <summary>The hash that a row is known by: of the roles and texts of its messages, so that the same request in another file is the same row.</summary>
    /// <returns>16 hexadecimal digits.</returns>
    public static string HashOf(DataRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var text in row.Messages.SelectMany(m => new[] { m.Role, m.Content }))
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }

    /// <summary>Reads the file of a part.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="DataException">It is missing or malformed.</exception>
    public static UsedRows Read(string path) => RecordFile.Read<UsedRows>(path, "the rows that a part was made of", BuildStep.Probes);

    /// <summary>Puts rows together.</summary>
    /// <param name="rows">Rows and what became of each.</param>
    public static UsedRows Of(IEnumerable<(DataRow Row, RowUse Use)> rows) => new()
    {
        Rows =
        [
            .. rows.GroupBy(r => (r.Row.Set, r.Row.Source, r.Use))
                .OrderBy(g => g.Key.Set, StringComparer.Ordinal).ThenBy(g => g.Key.Source, StringComparer.Ordinal).ThenBy(g => g.Key.Use)
                .Select(g => new UsedRowGroup(g.Key.Set, g.Key.Source, g.Key.Use, [.. g.Select(r => HashOf(r.Row)).Distinct().Order(StringComparer.Ordinal)])),
        ],
    };

    /// <summary>Writes the file, whole or not at all.</summary>
    /// <param name="folder">The bundle's folder.</param>
    /// <param name="file">The file, relative to it.</param>
    /// <returns>The file as a manifest names it.</returns>
    public Bundles.FileDigest WriteTo(string folder, string file)
    {
        var path = Path.Combine(folder, file);
        SettingsFile.Write(path, this);
        return new Bundles.FileDigest { File = file, Sha256 = DataFile.Sha256(path) };
    }
}

/// <summary>Rows of one source in one data file that served for one thing.</summary>
/// <param name="Set">The data file, without folder and extension.</param>
/// <param name="Source">The collection that the requests were published in.</param>
/// <param name="Use">What became of them.</param>
/// <param name="Hashes">Their hashes, see <see cref="UsedRows.HashOf"/>.</param>
public sealed record UsedRowGroup(string Set, string Source, RowUse Use, IReadOnlyList<string> Hashes);
