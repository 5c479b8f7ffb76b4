using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Adapters;

/// <summary>The split of each row as adapter training takes it: where the data names no validation rows, a fifth of the refusals is held out, or nothing would tell
/// what was learned.</summary>
internal sealed class AdapterSplits
{
    private const int Fold = 5;

    private readonly HashSet<string> heldOut = new(StringComparer.Ordinal);

    public AdapterSplits(StateStore store, int seed)
    {
        if (store.Rows.Any(r => r.Data.Split == DataSplits.Validation))
            return;
        var refused = store.Rows.Where(r => r.Refusal is not null && r.Data.Split == DataSplits.Train).OrderBy(r => StableHash.Of(r.Data.Key, seed)).Select(r => r.Data.Key).ToList();
        heldOut.UnionWith(refused.Take(refused.Count / Fold));
    }

    /// <summary>The split of a row.</summary>
    public string Of(CollectedRow row) => heldOut.Contains(row.Data.Key) ? DataSplits.Validation : row.Data.Split;
}
