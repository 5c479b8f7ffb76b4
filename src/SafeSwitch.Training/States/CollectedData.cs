using System.Text.Json;
using SafeSwitch.Bundles;
using SafeSwitch.Onnx.Files;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.States;

/// <summary>The data sets that collected rows came from, for provenance: <c>data.json</c> beside the shards.</summary>
internal static class CollectedData
{
    public const string FileName = "data.json";

    /// <summary>The data sets of a folder of states; none if it does not say.</summary>
    /// <exception cref="DataException">The file is malformed.</exception>
    public static IReadOnlyList<DataSetRecord> Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return [];
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), CollectionJson.Of<IReadOnlyList<DataSetRecord>>())
                ?? throw new DataException($"'{path}': found null, expected an array of data sets.");
        }
        catch (JsonException e)
        {
            throw new DataException($"'{path}': {e.Path}: {e.Message}", e);
        }
    }

    /// <summary>
    /// Names files in <c>data.json</c>, beside those of earlier runs. Rows of other shards count: the file says what the states
    /// are of when all of them are together.
    /// </summary>
    public static void Record(string folder, IReadOnlyList<string> dataFiles, IEnumerable<DataRow> rows)
    {
        using var files = StatesLock.ForCommonFiles(folder);
        var keys = rows.Select(r => (r.Set, r.Key)).ToHashSet();
        foreach (var path in Directory.EnumerateFiles(folder, "*" + StateShard.RowsExtension))
            keys.UnionWith(StateShard.ReadRows(path).Select(r => (r.Row.Data.Set, r.Row.Data.Key)));
        var counts = keys.CountBy(k => k.Set).ToDictionary(StringComparer.Ordinal);

        var records = Read(folder).ToDictionary(r => r.Name, StringComparer.Ordinal);
        foreach (var path in dataFiles)
        {
            var name = Path.GetFileName(path);
            var count = counts.GetValueOrDefault(Path.GetFileNameWithoutExtension(path));
            if (count > 0)
                records[name] = new DataSetRecord { Name = name, Sha256 = DataFile.Sha256(path), Rows = count };
        }

        IReadOnlyList<DataSetRecord> sorted = [.. records.Values.OrderBy(r => r.Name, StringComparer.Ordinal)];
        AtomicFile.WriteText(Path.Combine(folder, FileName), JsonSerializer.Serialize(sorted, CollectionJson.Of<IReadOnlyList<DataSetRecord>>()) + "\n");
    }
}
