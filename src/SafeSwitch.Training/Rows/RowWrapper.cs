using SafeSwitch.Backends;

namespace SafeSwitch.Training.Rows;

/// <summary>Puts requests into wrappers. A wrapper only takes requests of its own split, so that neither leaks.</summary>
internal static class RowWrapper
{
    /// <summary>The set that wrapped rows belong to.</summary>
    public const string Set = "own-wrapped";

    public static IEnumerable<DataRow> Wrap(IReadOnlyList<Wrapper> wrappers, IReadOnlyList<DataRow> rows, RecipeWrappers recipe, int seed)
    {
        foreach (var wrapper in wrappers.Where(w => w.Split != DataSplits.Test))
        {
            foreach (var (set, count) in recipe.PerWrapper.OrderBy(s => s.Key, StringComparer.Ordinal))
            {
                foreach (var harmful in (bool[])[true, false])
                {
                    var fitting = rows.Where(r =>
                        r.Set == set && r.Harmful == harmful && r.Split == wrapper.Split && r.Messages.Count == 1
                        && r.Request.Length <= recipe.LongestRequest);
                    foreach (var row in fitting.OrderBy(r => StableHash.Of($"{wrapper.Id}/{PairName(r)}", seed)).Take(count))
                        yield return Wrap(wrapper, row);
                }
            }
        }
    }

    /// <summary>Both halves of a contrast pair share their place in the order, and so go into the same wrapper.</summary>
    private static string PairName(DataRow row) => row.Pair is { } pair ? $"{row.Set}/pair {pair}" : row.Key;

    private static DataRow Wrap(Wrapper wrapper, DataRow row) => row with
    {
        Id = $"{wrapper.Id}/{row.Id}",
        Set = Set,
        Messages = [PromptMessage.User(wrapper.Text.Replace(WrapperFile.Placeholder, row.Request, StringComparison.Ordinal))],
        Wrapper = wrapper.Id,
        Split = wrapper.Split,
    };
}
