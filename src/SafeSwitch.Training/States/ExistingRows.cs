using System.Text.Json;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.States;

/// <summary>What earlier runs left in a folder.</summary>
internal static class ExistingRows
{
    /// <summary>
    /// Keys of the requests that are fulfilled. A row that was collected differently from what is asked for now (another text,
    /// answer or refusal) is removed from its shard first, so that it is never there twice
    /// and a resumed run ends where a fresh one would. Answers are labelled again.
    /// </summary>
    public static HashSet<string> Keep(string folder, IReadOnlyList<CollectionRequest> requests, Func<string, bool> isRefusal)
    {
        var wanted = requests.ToDictionary(r => r.Row.Key, StringComparer.Ordinal);
        var fulfilled = new HashSet<string>(StringComparer.Ordinal);
        if (!Directory.Exists(folder))
            return fulfilled;
        foreach (var path in Directory.EnumerateFiles(folder, "*" + StateShard.RowsExtension))
        {
            var rows = StateShard.ReadRows(path);
            var kept = rows
                .Where(r => !wanted.TryGetValue(r.Row.Data.Key, out var request) || Fulfils(r.Row, request))
                .Select(r => Judge(r, isRefusal))
                .ToList();
            if (kept.Count < rows.Count || !kept.SequenceEqual(rows))
                StateShard.WriteRows(path, kept);
            fulfilled.UnionWith(kept.Select(r => r.Row.Data.Key).Where(wanted.ContainsKey));
        }

        return fulfilled;
    }

    private static bool Fulfils(CollectedRow row, CollectionRequest request) =>
        (row.Answer is not null) == request.WithAnswer
        && row.Refusal == request.Refusal
        && Text(row.Data) == Text(request.Row);

    /// <summary>Labels follow the current matcher, not the one that the row was collected with.</summary>
    private static ShardRow Judge(ShardRow row, Func<string, bool> isRefusal) =>
        row.Row.Answer is { } answer && row.Row.Complied == isRefusal(answer)
            ? row with { Row = row.Row with { Complied = !isRefusal(answer) } }
            : row;

    private static string Text(DataRow row) => JsonSerializer.Serialize(row, CollectionJson.Of<DataRow>());
}
