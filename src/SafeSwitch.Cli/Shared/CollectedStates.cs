using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Cli.Shared;

/// <summary>The states that a verb trains or calibrates on.</summary>
internal static class CollectedStates
{
    /// <summary>Opens them, and says so if they are not whole: half of the rows would pass for all of them.</summary>
    /// <exception cref="DataException">It is no folder of states, or a shard is damaged.</exception>
    public static StateStore Open(VerbCall call, string folder)
    {
        var store = StateStore.Open(folder);
        if (store.MissingParts is { Count: > 0 } missing)
            call.Warn($"'{folder}' is not whole: part {string.Join(", ", missing)} of the collection is missing or was not collected to its end. Collect it, or copy its files here; what follows is from the {store.Rows.Count:N0} rows that are there");
        return store;
    }
}
