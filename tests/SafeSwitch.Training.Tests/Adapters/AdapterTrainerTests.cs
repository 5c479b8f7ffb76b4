using SafeSwitch.Backends;
using SafeSwitch.Training.Adapters;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;
using SafeSwitch.Training.Tests.States;

namespace SafeSwitch.Training.Tests.Adapters;

public sealed class AdapterTrainerTests : IDisposable
{
    private static readonly AdapterTrainingOptions Options = new() { Rank = 4, Alpha = 4, Epochs = 60, BatchTokens = 32, LearningRate = 0.02f };

    private readonly string folder = Path.Combine(Path.GetTempPath(), $"adapter-{Guid.NewGuid():N}");

    [Fact]
    public async Task Learns_the_refusals_and_reports_on_those_held_out()
    {
        using var store = await Collect(refusals: true);
        using var head = new DenseHead(FakeModel.Width, 128, 5);

        var (weights, report) = new AdapterTrainer(head, Options).Train(store, null, TestContext.Current.CancellationToken);

        Assert.Equal((12, 4), (report.TrainRows, report.HeldOutRows));
        Assert.True(report.HeldOutTokens > 20);
        Assert.True(report.AdaptedLoss < report.BaseLoss / 2, $"{report}");
        Assert.True(report.AdaptedTop1 > report.BaseTop1, $"{report}");
        Assert.All(weights.FoldedB().Zip(weights.B), b => Assert.Equal(b.Second * weights.Scale, b.First));
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_adapter_whatever_the_threads()
    {
        using var store = await Collect(refusals: true);
        using var head = new DenseHead(FakeModel.Width, 128, 5);
        var few = Options with { Epochs = 2, KlWeight = 0.5f };

        var one = new AdapterTrainer(head, few with { Threads = 1 }).Train(store, null, default).Weights;
        var many = new AdapterTrainer(head, few with { Threads = 4 }).Train(store, null, default).Weights;
        var other = new AdapterTrainer(head, few with { Seed = 2 }).Train(store, null, default).Weights;

        Assert.Equal(one.A, many.A);
        Assert.Equal(one.B, many.B);
        Assert.NotEqual(one.B, other.B);
    }

    [Fact]
    public async Task Without_refusals_there_is_nothing_to_learn()
    {
        using var store = await Collect(refusals: false);
        using var head = new DenseHead(FakeModel.Width, 128, 5);
        Assert.Throws<DataException>(() => new AdapterTrainer(head, Options).Train(store, null, default));
    }

    [Fact]
    public async Task States_of_another_width_are_refused()
    {
        using var store = await Collect(refusals: true);
        using var head = new DenseHead(FakeModel.Width + 1, 128, 5);
        Assert.Throws<DataException>(() => new AdapterTrainer(head, Options).Train(store, null, default));
    }

    [Fact]
    public void Kinds_are_evened_out_but_no_row_is_repeated_without_end()
    {
        AdapterRow[] rows = [.. Enumerable.Range(0, 90).Select(i => new AdapterRow(i, "common", 1)), new(90, "rare", 1), new(91, "rare", 1), .. Enumerable.Range(92, 28).Select(i => new AdapterRow(i, "medium", 1))];

        var drawn = KindBalance.Draw(rows, new Random(1)).CountBy(r => r.Kind).ToDictionary();

        Assert.Equal((40, 40, 8), (drawn["common"], drawn["medium"], drawn["rare"]));
    }

    public void Dispose()
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    private async Task<StateStore> Collect(bool refusals)
    {
        await using var model = new FakeModel();
        var options = new CollectionOptions { Layers = [] };
        var requests = Enumerable.Range(0, 16).Select(i => new CollectionRequest(new DataRow
        {
            Id = $"{i}",
            Set = "set",
            Messages = [PromptMessage.User($"request {i}")],
            Harmful = i % 2 == 0,
            Source = "test",
            Split = i % 4 == 3 ? DataSplits.Validation : DataSplits.Train,
        })
        {
            Refusal = refusals ? new RefusalTarget($"kind {i % 3}", "no no no") : null,
        });
        await new StateCollector(model, "x", options).CollectAsync([.. requests], folder);
        return StateStore.Open(folder);
    }
}
