using SafeSwitch.Toolkit.Collection;
using SafeSwitch.Toolkit.Data;
using SafeSwitch.Toolkit.Refusals;

namespace SafeSwitch.Toolkit.Recipes;

/// <summary>What to collect of which row: answers for compliance labels, refusals for the adapter.</summary>
internal static class CollectionPlan
{
    public static List<CollectionRequest> Make(Recipe recipe, IReadOnlyList<DataRow> rows, RefusalTexts texts)
    {
        var requests = new RequestFinder(rows);
        var answers = new HashSet<string>(StringComparer.Ordinal);
        var refusals = new Dictionary<string, RefusalTarget>(StringComparer.Ordinal);
        foreach (var (set, harmfulAnswers, harmlessAnswers, refused) in Budgets(recipe))
        {
            var mine = rows.Where(r => r.Set == set).ToList();
            answers.UnionWith(RecipeRows.Pick(mine.Where(r => r.Harmful), harmfulAnswers, recipe.Seed, "answer").Select(r => r.Key));
            answers.UnionWith(RecipeRows.Pick(mine.Where(r => !r.Harmful), harmlessAnswers, recipe.Seed, "answer").Select(r => r.Key));
            var targets = mine.Where(r => r.Harmful).ToDictionary(r => r.Key, r => texts.Choose(requests.Find(r), r.Key, recipe.Seed, recipe.Phrasings));
            foreach (var row in EvenKinds(mine.Where(r => r.Harmful), r => targets[r.Key].Kind, refused, recipe.Seed))
                refusals.Add(row.Key, targets[row.Key]);
        }

        return [.. rows.Select(r => new CollectionRequest(r)
        {
            WithAnswer = answers.Contains(r.Key),
            Refusal = refusals.GetValueOrDefault(r.Key),
        })];
    }

    private static IEnumerable<(string Set, int HarmfulAnswers, int HarmlessAnswers, int Refusals)> Budgets(Recipe recipe)
    {
        foreach (var set in recipe.Data)
            yield return (Path.GetFileNameWithoutExtension(set.File), set.HarmfulAnswers, set.HarmlessAnswers, set.Refusals);
        if (recipe.Wrappers is { } wrappers)
            yield return (RowWrapper.Set, wrappers.HarmfulAnswers, wrappers.HarmlessAnswers, wrappers.Refusals);
    }

    /// <summary>Takes one row of every kind in turn until there are enough, so that rare kinds are all in.</summary>
    private static IEnumerable<DataRow> EvenKinds(IEnumerable<DataRow> rows, Func<DataRow, string> kindOf, int most, int seed) =>
        rows.GroupBy(kindOf, StringComparer.Ordinal)
            .SelectMany(kind => RecipeRows.Pick(kind, int.MaxValue, seed, "refusal").Select((row, turn) => (row, turn)))
            .OrderBy(r => r.turn).ThenBy(r => r.row.Key, StringComparer.Ordinal)
            .Take(most)
            .Select(r => r.row);
}
