using System.ComponentModel.DataAnnotations;
using SafeSwitch.Backends;

namespace SafeSwitch.Training.Rows;

/// <summary>Texts that requests are put into, and how many of them: as many harmful as harmless requests, so that the wrapper alone says nothing.</summary>
public sealed record RecipeWrappers
{
    /// <summary>The file of wrappers: <c>{"group": [{"id", "text" with {prompt}, "split"}]}</c>.</summary>
    public required string File { get; init; }

    /// <summary>For each set that requests come from, how many of either label go into every wrapper.</summary>
    [Range(0, int.MaxValue)]
    public required IReadOnlyDictionary<string, int> PerWrapper { get; init; }

    /// <summary>Requests longer than this many characters are left out.</summary>
    /// <value>The default is 400.</value>
    [Range(1, int.MaxValue)]
    public int LongestRequest { get; init; } = 400;

    /// <summary>Harmful rows that the model answers, for compliance labels.</summary>
    [Range(0, int.MaxValue)]
    public int HarmfulAnswers { get; init; }

    /// <summary>Harmless rows that the model answers.</summary>
    [Range(0, int.MaxValue)]
    public int HarmlessAnswers { get; init; }

    /// <summary>Harmful rows that the adapter learns to refuse.</summary>
    [Range(0, int.MaxValue)]
    public int Refusals { get; init; }
}

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
