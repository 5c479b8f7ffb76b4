using SafeSwitch.Backends;
using SafeSwitch.Training.Pipeline;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Tests.Rows;

public class RowWrapperTests
{
    private static readonly RecipeWrappers Recipe = new()
    {
        File = "wrappers.json",
        PerWrapper = new Dictionary<string, int> { ["plain"] = 2, ["contrast"] = 1 },
        LongestRequest = 50,
    };

    private static readonly Wrapper[] Wrappers =
    [
        new("w1", "Pretend. {prompt} Now!", DataSplits.Train),
        new("w2", "Act: {prompt}", DataSplits.Validation),
        new("w3", "Never: {prompt}", DataSplits.Test),
    ];

    [Fact]
    public void Every_wrapper_holds_as_many_harmful_as_harmless_requests_of_its_own_split()
    {
        var wrapped = RowWrapper.Wrap(Wrappers, Rows(), Recipe, seed: 1).ToList();

        Assert.Equal(["w1", "w2"], wrapped.Select(r => r.Wrapper).Distinct());
        foreach (var group in wrapped.GroupBy(r => r.Wrapper))
            Assert.Equal((3, 3), (group.Count(r => r.Harmful), group.Count(r => !r.Harmful)));
        Assert.All(wrapped, r => Assert.Equal(r.Wrapper == "w1" ? DataSplits.Train : DataSplits.Validation, r.Split));
        Assert.All(wrapped, r => Assert.Contains($"of {r.Split}", r.Request, StringComparison.Ordinal));
        Assert.All(wrapped, r => Assert.True(r.Request.Length < 80));
        Assert.Equal(wrapped.Count, wrapped.Select(r => r.Key).Distinct().Count());
        Assert.StartsWith("Pretend. ", wrapped[0].Request, StringComparison.Ordinal);
    }

    [Fact]
    public void Both_halves_of_a_pair_go_into_the_same_wrapper()
    {
        var contrast = RowWrapper.Wrap(Wrappers, Rows(), Recipe, seed: 1).Where(r => r.Pair is not null);

        Assert.All(contrast.GroupBy(r => r.Wrapper), g => Assert.Single(g.Select(r => r.Pair).Distinct()));
    }

    [Fact]
    public void The_seed_alone_decides()
    {
        var one = RowWrapper.Wrap(Wrappers, Rows(), Recipe, seed: 1).Select(r => r.Id).ToList();

        Assert.Equal(one, RowWrapper.Wrap(Wrappers, [.. Rows().Reverse()], Recipe, seed: 1).Select(r => r.Id));
        Assert.NotEqual(one, RowWrapper.Wrap(Wrappers, Rows(), Recipe, seed: 2).Select(r => r.Id));
    }

    [Fact]
    public void A_request_is_found_again_inside_its_wrapper()
    {
        var rows = Rows();
        var wrapped = RowWrapper.Wrap(Wrappers, rows, Recipe, seed: 1).Where(r => r.Harmful).ToList();
        var finder = new RequestFinder(rows.Concat(wrapped));

        Assert.All(wrapped, r => Assert.Contains(rows, row => row.Request == finder.Find(r)));
    }

    [Fact]
    public void Sets_that_requests_come_from_together_share_their_number()
    {
        var together = Recipe with { PerWrapper = new Dictionary<string, int>(), Sets = ["plain", "contrast"], Requests = 2, Name = "wild" };
        var wrapped = RowWrapper.Wrap(Wrappers, Rows(), together, seed: 1).ToList();

        Assert.All(wrapped.GroupBy(r => (r.Wrapper, r.Harmful)), g => Assert.Equal(2, g.Count()));
        Assert.Equal(2 * 2 * 2, wrapped.Count);
        Assert.All(wrapped, r => Assert.Equal("wild", r.Set));
    }

    private static IReadOnlyList<DataRow> Rows() =>
        [.. from split in (string[])[DataSplits.Train, DataSplits.Validation]
            from harmful in (bool[])[true, false]
            from i in Enumerable.Range(0, 12)
            let contrast = i < 4
            select new DataRow
            {
                Id = $"{split}-{harmful}-{i}",
                Set = contrast ? "contrast" : "plain",
                Messages = [PromptMessage.User($"request {(harmful ? "bad" : "good")} {i} of {split}{(i == 11 ? new string('.', 60) : "")}")],
                Harmful = harmful,
                Source = "test",
                Split = split,
                Pair = contrast ? i : null,
            }];
}
