using SafeSwitch.Backends;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Tests.States;

public sealed class CollectionPlanTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void A_refusal_of_the_row_goes_before_those_of_its_kind()
    {
        DataRow[] rows =
        [
            Row("own", harmful: true) with { Refusal = "Not this.", Category = "cat" },
            Row("bomb", harmful: true),
            Row("nice", harmful: false),
            Row("nice but refused", harmful: false) with { Refusal = "Not that." },
        ];
        var plan = new CollectionPlan(Texts(), phrasings: 1, seed: 1).Make(rows, _ => new CollectionBudget(0, 0, int.MaxValue));
        Assert.Equal(
            [new RefusalTarget("cat", "Not this."), new RefusalTarget("bombs", "No bombs."), null, new RefusalTarget("own", "Not that.")],
            plan.Select(r => r.Refusal));
    }

    [Fact]
    public void Without_texts_only_rows_that_bring_one_are_refused()
    {
        DataRow[] rows = [Row("own", harmful: true) with { Refusal = "Not this." }, Row("bomb", harmful: true)];
        var plan = new CollectionPlan(texts: null, phrasings: 1, seed: 1).Make(rows, _ => new CollectionBudget(1, 0, int.MaxValue));
        Assert.Equal([true, false], plan.Select(r => r.Refusal is not null));
        Assert.Equal(1, plan.Count(r => r.WithAnswer));
    }

    [Fact]
    public void Budgets_hold_for_every_set_and_label_and_the_choice_does_not_hang_on_order()
    {
        var rows = Enumerable.Range(0, 60).Select(i => Row($"bomb {i}", i % 3 == 0) with { Set = i % 2 == 0 ? "a" : "b" }).ToList();
        var plan = Make(rows);
        foreach (var set in (string[])["a", "b"])
        {
            var mine = plan.Where(r => r.Row.Set == set).ToList();
            Assert.Equal((3, 4, 5), (
                mine.Count(r => r.WithAnswer && r.Row.Harmful), mine.Count(r => r.WithAnswer && !r.Row.Harmful), mine.Count(r => r.Refusal is not null)));
        }

        rows.Reverse();
        Assert.Equal(plan.Where(r => r.WithAnswer).Select(r => r.Row.Key).Order(), Make(rows).Where(r => r.WithAnswer).Select(r => r.Row.Key).Order());

        List<CollectionRequest> Make(List<DataRow> of) => new CollectionPlan(Texts(), 1, seed: 4).Make(of, _ => new CollectionBudget(3, 4, 5));
    }

    public void Dispose() => folder.Dispose();

    private RefusalTexts Texts()
    {
        var path = folder.File("refusals.json");
        File.WriteAllText(path,
            """
            {
              "kinds": [ { "id": "bombs", "topic": "bombs", "keywords": ["bomb"], "refusals": ["No bombs.", "None."] } ],
              "general": { "id": "general", "topic": "that", "keywords": [], "refusals": ["No."] }
            }
            """);
        return RefusalTexts.Read(path);
    }

    private static DataRow Row(string request, bool harmful) => new()
    {
        Id = request,
        Set = "set",
        Messages = [PromptMessage.User(request)],
        Harmful = harmful,
        Source = "test",
        Split = DataSplits.Train,
    };
}
