using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Judging;

/// <summary>The rows of a folder of states, to be changed and saved shard by shard. Thread-safe.</summary>
internal sealed class JudgedShards
{
    private readonly Lock gate = new();
    private readonly List<(string Path, ShardRow[] Rows)> shards;
    private readonly HashSet<int> changed = [];

    private JudgedShards(List<(string Path, ShardRow[] Rows)> shards) => this.shards = shards;

    /// <summary>Every row and its position, in the order of their keys.</summary>
    public IReadOnlyList<(CollectedRow Row, int Shard, int Index)> Rows
    {
        get
        {
            lock (gate)
            {
                return [.. shards
                    .SelectMany((s, shard) => s.Rows.Select((r, index) => (r.Row, shard, index)))
                    .OrderBy(r => r.Row.Data.Key, StringComparer.Ordinal)];
            }
        }
    }

    /// <exception cref="DataException">It isn't a folder of states.</exception>
    public static void RequireStates(string folder)
    {
        if (CollectionDescription.Read(folder) is null)
            throw new DataException($"'{folder}': no {CollectionDescription.FileName}; expected a folder of collected states.");
    }

    /// <summary>Reads the rows, or every <c>Of</c>-th file of them from the <c>Part</c>-th on: so each file is written by one process.</summary>
    /// <exception cref="DataException">Its rows are damaged.</exception>
    public static JudgedShards Open(string folder, (int Part, int Of) part) =>
        new([.. Directory.EnumerateFiles(folder, "*" + StateShard.RowsExtension)
            .Order(StringComparer.Ordinal)
            .Where((_, i) => i % part.Of == part.Part - 1)
            .Select(path => (path, StateShard.ReadRows(path).ToArray()))]);

    public void Change(int shard, int index, Func<CollectedRow, CollectedRow> change)
    {
        lock (gate)
        {
            var rows = shards[shard].Rows;
            rows[index] = rows[index] with { Row = change(rows[index].Row) };
            changed.Add(shard);
        }
    }

    /// <summary>Writes the shards that were changed, each whole or not at all.</summary>
    public void Save()
    {
        lock (gate)
        {
            foreach (var shard in changed)
                StateShard.WriteRows(shards[shard].Path, shards[shard].Rows);
            changed.Clear();
        }
    }
}
