using System.ComponentModel.DataAnnotations;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.States;

/// <summary>What to collect of one row.</summary>
/// <param name="Row">The row.</param>
public sealed record CollectionRequest(DataRow Row)
{
    /// <summary>Whether to let the model answer, greedily, and keep the states of the answer's first tokens.</summary>
    public bool WithAnswer { get; init; }

    /// <summary>A refusal to run after the prompt, for adapter training.</summary>
    public RefusalTarget? Refusal { get; init; }
}

/// <summary>How many rows of a set are answered and refused; <see cref="int.MaxValue"/> for all.</summary>
/// <param name="HarmfulAnswers">Harmful rows that the model answers, for compliance labels.</param>
/// <param name="HarmlessAnswers">Harmless rows that the model answers.</param>
/// <param name="Refusals">Rows that the adapter learns to refuse, chosen so that kinds of harm are even.</param>
public sealed record CollectionBudget(
    [property: Range(0, int.MaxValue)] int HarmfulAnswers, [property: Range(0, int.MaxValue)] int HarmlessAnswers, [property: Range(0, int.MaxValue)] int Refusals)
{
    /// <summary>Every row is answered, and refused where it can be.</summary>
    public static CollectionBudget Everything { get; } = new(int.MaxValue, int.MaxValue, int.MaxValue);
}

/// <summary>What to collect of which row: answers for compliance labels, refusals for the adapter.</summary>
/// <param name="texts">Refusals by kind of harm; <see langword="null"/>: only rows that bring their own are refused.</param>
/// <param name="phrasings">Phrasings of every kind that are used, from the first on.</param>
/// <param name="seed">What rows and phrasings are chosen by.</param>
internal sealed class CollectionPlan(RefusalTexts? texts, int phrasings, int seed)
{
    /// <summary>The kind of refusals that rows without a category bring.</summary>
    private const string OwnKind = "own";

    /// <param name="rows">Rows of all sets.</param>
    /// <param name="budgetOf">The budget of a set.</param>
    public List<CollectionRequest> Make(IReadOnlyList<DataRow> rows, Func<string, CollectionBudget> budgetOf)
    {
        var requests = new RequestFinder(rows);
        var answers = new HashSet<string>(StringComparer.Ordinal);
        var refusals = new Dictionary<string, RefusalTarget>(StringComparer.Ordinal);
        foreach (var set in rows.GroupBy(r => r.Set, StringComparer.Ordinal))
        {
            var budget = budgetOf(set.Key);
            answers.UnionWith(RowSample.Pick(set.Where(r => r.Harmful), budget.HarmfulAnswers, seed, "answer").Select(r => r.Key));
            answers.UnionWith(RowSample.Pick(set.Where(r => !r.Harmful), budget.HarmlessAnswers, seed, "answer").Select(r => r.Key));
            if (budget.Refusals == 0)
                continue;
            var targets = set.Where(CanRefuse).ToDictionary(r => r.Key, r => Target(r, requests));
            foreach (var row in EvenKinds(set.Where(CanRefuse), r => targets[r.Key].Kind, budget.Refusals))
                refusals.Add(row.Key, targets[row.Key]);
        }

        return [.. rows.Select(r => new CollectionRequest(r)
        {
            WithAnswer = answers.Contains(r.Key),
            Refusal = refusals.GetValueOrDefault(r.Key),
        })];
    }

    private bool CanRefuse(DataRow row) => row.Refusal is not null || (row.Harmful && texts is not null);

    private RefusalTarget Target(DataRow row, RequestFinder requests) => row.Refusal is { } own
        ? new RefusalTarget(row.Category ?? OwnKind, own)
        : texts!.Choose(requests.Find(row), row.Key, seed, phrasings);

    /// <summary>Takes one row of every kind in turn until there are enough, so that rare kinds are all in.</summary>
    private IEnumerable<DataRow> EvenKinds(IEnumerable<DataRow> rows, Func<DataRow, string> kindOf, int most) =>
        rows.GroupBy(kindOf, StringComparer.Ordinal)
            .SelectMany(kind => RowSample.Pick(kind, int.MaxValue, seed, "refusal").Select((row, turn) => (row, turn)))
            .OrderBy(r => r.turn).ThenBy(r => r.row.Key, StringComparer.Ordinal)
            .Take(most)
            .Select(r => r.row);
}
