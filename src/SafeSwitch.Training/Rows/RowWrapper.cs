using System.ComponentModel.DataAnnotations;
using SafeSwitch.Backends;
using SafeSwitch.Settings;

namespace SafeSwitch.Training.Rows;

/// <summary>Texts that requests are put into, and how many of them: as many harmful as harmless requests, so that the wrapper alone says nothing.</summary>
public sealed record RecipeWrappers : ICheckedSettings
{
    /// <summary>The file of wrappers: <c>{"group": [{"id", "text" with {prompt}, "split"}]}</c>, or JSON lines
    /// <c>{"id", "template", "slot", "split"}</c>, where the request takes the slot's place or follows after an empty line.</summary>
    public required string File { get; init; }

    /// <summary>The set that wrapped rows belong to.</summary>
    /// <value><c>own-wrapped</c>.</value>
    public string Name { get; init; } = "own-wrapped";

    /// <summary>For each set that requests come from, how many of either label go into every wrapper.</summary>
    [Range(0, int.MaxValue)]
    public IReadOnlyDictionary<string, int> PerWrapper { get; init; } = new Dictionary<string, int>();

    /// <summary>Sets that requests come from together: <see cref="Requests"/> of either label, of all of them, go into every wrapper.</summary>
    public IReadOnlyList<string> Sets { get; init; } = [];

    /// <summary>Requests of either label from <see cref="Sets"/> for every wrapper.</summary>
    /// <value>1.</value>
    [Range(0, int.MaxValue)]
    public int Requests { get; init; } = 1;

    /// <summary>Requests longer than this many characters are left out.</summary>
    /// <value>The default is 400.</value>
    [Range(1, int.MaxValue)]
    public int LongestRequest { get; init; } = 400;

    /// <summary>Wrappers longer than this many characters are left out; <see langword="null"/> for any length.</summary>
    [Range(1, int.MaxValue)]
    public int? LongestWrapper { get; init; }

    /// <summary>Harmful rows that the model answers, for compliance labels.</summary>
    [Range(0, int.MaxValue)]
    public int HarmfulAnswers { get; init; }

    /// <summary>Harmless rows that the model answers.</summary>
    [Range(0, int.MaxValue)]
    public int HarmlessAnswers { get; init; }

    /// <summary>Harmful rows that the adapter learns to refuse.</summary>
    [Range(0, int.MaxValue)]
    public int Refusals { get; init; }

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Check() => DeclaredRanges.Check(this, Between());

    private IEnumerable<SettingProblem> Between()
    {
        if (PerWrapper.Count == 0 && Sets.Count == 0)
            yield return new SettingProblem("per_wrapper", "no set", "the sets that requests come from, here or in `sets`");
        if (string.IsNullOrWhiteSpace(Name))
            yield return new SettingProblem("name", "an empty text", "a name for the wrapped rows");
    }
}

/// <summary>Puts requests into wrappers. A wrapper only takes requests of its own split, so that neither leaks.</summary>
internal static class RowWrapper
{
    public static IEnumerable<DataRow> Wrap(IReadOnlyList<Wrapper> wrappers, IReadOnlyList<DataRow> rows, RecipeWrappers recipe, int seed)
    {
        var sets = recipe.Sets.ToHashSet(StringComparer.Ordinal);
        foreach (var wrapper in wrappers.Where(w => w.Split != DataSplits.Test && w.Text.Length <= (recipe.LongestWrapper ?? int.MaxValue)))
        {
            var fitting = rows.Where(r => r.Split == wrapper.Split && r.Messages.Count == 1 && r.Request.Length <= recipe.LongestRequest).ToList();
            foreach (var (set, count) in recipe.PerWrapper.OrderBy(s => s.Key, StringComparer.Ordinal))
            {
                foreach (var row in Choose(fitting.Where(r => r.Set == set), wrapper, count))
                    yield return row;
            }

            if (sets.Count > 0)
            {
                foreach (var row in Choose(fitting.Where(r => sets.Contains(r.Set)), wrapper, recipe.Requests))
                    yield return row;
            }
        }

        IEnumerable<DataRow> Choose(IEnumerable<DataRow> rows, Wrapper wrapper, int count) => rows
            .GroupBy(r => r.Harmful).OrderByDescending(g => g.Key)
            .SelectMany(g => g.OrderBy(r => StableHash.Of($"{wrapper.Id}/{PairName(r)}", seed)).Take(count))
            .Select(r => Wrap(wrapper, r, recipe.Name));
    }

    /// <summary>Both halves of a contrast pair share their place in the order, and so go into the same wrapper.</summary>
    private static string PairName(DataRow row) => row.Pair is { } pair ? $"{row.Set}/pair {pair}" : row.Key;

    private static DataRow Wrap(Wrapper wrapper, DataRow row, string set) => row with
    {
        Id = $"{wrapper.Id}/{row.Set}/{row.Id}",
        Set = set,
        Messages = [PromptMessage.User(wrapper.Text.Replace(WrapperFile.Placeholder, row.Request, StringComparison.Ordinal))],
        Wrapper = wrapper.Id,
        Split = wrapper.Split,
    };
}
