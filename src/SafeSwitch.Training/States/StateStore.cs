using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.States;

/// <summary>
/// Collected states: a folder of safetensors shards, each with its rows in JSON lines beside it. Shards are memory-mapped,
/// so that a store of gigabytes opens at once and is read by several threads; a span of it must not be read after <see cref="Dispose"/>. Shards of several collections of one
/// model may be put together in one folder.
/// </summary>
public sealed class StateStore : IDisposable
{
    private readonly List<StateShard> shards;
    private readonly (StateShard Shard, ShardRow Slot)[] slots;

    private StateStore(string folder, CollectionDescription description, List<StateShard> shards, Func<CollectedRow, bool>? filter)
    {
        this.shards = shards;
        Folder = folder;
        Description = description;
        slots = [.. shards
            .SelectMany(s => s.Rows.Where(r => filter is null || filter(r.Row)).Select(r => (s, r)))
            // Neither sharding nor the order of collection may change what is trained on the rows.
            .OrderBy(s => s.r.Row.Data.Key, StringComparer.Ordinal)];
        Rows = [.. slots.Select(s => s.Slot.Row)];
    }

    /// <summary>The folder that was opened.</summary>
    public string Folder { get; }

    /// <summary>What the states depend on besides layers and rows: the decoder.</summary>
    public string Fingerprint => Description.Fingerprint;

    /// <summary>Rows in the order of their keys.</summary>
    public IReadOnlyList<CollectedRow> Rows { get; }

    /// <summary>Numbers per state: the decoder's hidden size.</summary>
    public int Width => Description.Width;

    /// <summary>Names of the layers, as the decoder's outputs are called.</summary>
    public IReadOnlyList<string> Layers => Description.Layers;

    /// <summary>Which states of a prompt were kept.</summary>
    public KeptPositions Keep => Description.Keep;

    /// <summary>Parts of a shared collection that are missing or were not collected to their end, such as <c>3/4</c>: rows are missing then.</summary>
    public IReadOnlyList<string> MissingParts => FinishedParts.Missing(Folder);

    internal CollectionDescription Description { get; }

    /// <summary>Opens a folder that <see cref="StateCollector"/> wrote; rows of unfinished shards are not seen.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="filter">Rows to see; <see langword="null"/> for all.</param>
    /// <exception cref="DataException">It isn't such a folder, or a shard is damaged.</exception>
    public static StateStore Open(string folder, Func<CollectedRow, bool>? filter = null)
    {
        var description = CollectionDescription.Read(folder)
            ?? throw new DataException($"'{folder}': no {CollectionDescription.FileName}; expected a folder of collected states.") { StepToRun = BuildStep.Collect };
        var shards = new List<StateShard>();
        try
        {
            foreach (var rows in Directory.EnumerateFiles(folder, "*" + StateShard.RowsExtension).Order(StringComparer.Ordinal))
                shards.Add(StateShard.Open(rows, description));
            var store = new StateStore(folder, description, shards, filter);
            if (store.Rows.GroupBy(r => r.Data.Key, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
                throw new DataException($"'{folder}': row '{twice.Key}' is in {twice.Count()} shards; collect into an empty folder.");
            return store;
        }
        catch
        {
            shards.ForEach(s => s.Dispose());
            throw;
        }
    }

    /// <summary>States of the content positions of a prompt, in order: <c>[Positions, Width]</c>; their average, <c>[1, Width]</c>,
    /// if pooled ones were kept, empty if only the last one was.</summary>
    /// <param name="row">The row's place in <see cref="Rows"/>.</param>
    /// <param name="layer">One of <see cref="Layers"/>.</param>
    /// <exception cref="IndexOutOfRangeException">There is no such row.</exception>
    /// <exception cref="ArgumentException">There is no such layer.</exception>
    /// <exception cref="ObjectDisposedException">The store is disposed.</exception>
    public ReadOnlySpan<Half> Content(int row, string layer)
    {
        var (shard, slot) = slots[row];
        return shard.States(layer, slot.Offset, slot.Row.Positions);
    }

    /// <summary>State of the prompt's last position, a template token: <c>[Width]</c>.</summary>
    /// <param name="row">The row's place in <see cref="Rows"/>.</param>
    /// <param name="layer">One of <see cref="Layers"/>.</param>
    /// <exception cref="IndexOutOfRangeException">There is no such row.</exception>
    /// <exception cref="ArgumentException">There is no such layer.</exception>
    /// <exception cref="ObjectDisposedException">The store is disposed.</exception>
    public ReadOnlySpan<Half> Last(int row, string layer)
    {
        var (shard, slot) = slots[row];
        return shard.States(layer, slot.Offset + slot.Row.Positions, 1);
    }

    /// <summary>States of the first answer tokens: <c>[PilotTokens, Width]</c>, empty if no answer was asked.</summary>
    /// <param name="row">The row's place in <see cref="Rows"/>.</param>
    /// <param name="layer">One of <see cref="Layers"/>.</param>
    /// <exception cref="IndexOutOfRangeException">There is no such row.</exception>
    /// <exception cref="ArgumentException">There is no such layer.</exception>
    /// <exception cref="ObjectDisposedException">The store is disposed.</exception>
    public ReadOnlySpan<Half> Pilot(int row, string layer)
    {
        var (shard, slot) = slots[row];
        return shard.States(layer, slot.Offset + slot.Row.Positions + 1, slot.Row.PilotTokens);
    }

    /// <summary>
    /// States after the final norm at the positions that predict the tokens of the row's refusal: <c>[RefusalTokens,
    /// Width]</c>.
    /// </summary>
    /// <param name="row">The row's place in <see cref="Rows"/>.</param>
    /// <exception cref="IndexOutOfRangeException">There is no such row.</exception>
    public ReadOnlySpan<Half> RefusalStates(int row)
    {
        var (shard, slot) = slots[row];
        return shard.RefusalStates(slot.RefusalOffset, slot.Row.RefusalTokens);
    }

    /// <summary>The tokens of the row's refusal, its end token included.</summary>
    /// <param name="row">The row's place in <see cref="Rows"/>.</param>
    /// <exception cref="IndexOutOfRangeException">There is no such row.</exception>
    public ReadOnlySpan<int> RefusalTokens(int row)
    {
        var (shard, slot) = slots[row];
        return shard.RefusalTokens(slot.RefusalOffset, slot.Row.RefusalTokens);
    }

    /// <inheritdoc/>
    public void Dispose() => shards.ForEach(s => s.Dispose());
}
