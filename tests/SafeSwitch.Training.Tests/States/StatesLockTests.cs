using SafeSwitch.Backends;
using SafeSwitch.Training.Judging;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Tests.States;

/// <summary>Several runs in one folder of states: parts go side by side, everything else is told to wait.</summary>
public sealed class StatesLockTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void A_part_is_collected_by_one_process_at_a_time()
    {
        using (StatesLock.ForPart(folder.Path, (1, 2)))
        {
            using var other = StatesLock.ForPart(folder.Path, (2, 2));
            var error = Assert.Throws<DataException>(() => StatesLock.ForPart(folder.Path, (1, 2)));
            Assert.Contains("part 1/2", error.Message, StringComparison.Ordinal);
            Assert.Contains("a part of its own", error.Message, StringComparison.Ordinal);
        }

        StatesLock.ForPart(folder.Path, (1, 2)).Dispose();
    }

    [Fact]
    public void Parts_are_judged_side_by_side_and_nobody_collects_or_judges_all_meanwhile()
    {
        using (StatesLock.ForJudging(folder.Path, (1, 2)))
        {
            using var other = StatesLock.ForJudging(folder.Path, (2, 2));
            Assert.Contains("part 1/2", Assert.Throws<DataException>(() => StatesLock.ForJudging(folder.Path, (1, 2))).Message, StringComparison.Ordinal);
            Assert.Throws<DataException>(() => StatesLock.ForJudging(folder.Path));
            Assert.Throws<DataException>(() => StatesLock.ForPart(folder.Path, (1, 2)));
        }

        using (StatesLock.ForPart(folder.Path, (1, 2)))
            Assert.Throws<DataException>(() => StatesLock.ForJudging(folder.Path, (1, 2)));
        using (StatesLock.ForJudging(folder.Path))
            Assert.Throws<DataException>(() => StatesLock.ForJudging(folder.Path, (1, 2)));
        StatesLock.ForPart(folder.Path, (1, 2)).Dispose();
        StatesLock.ForJudging(folder.Path).Dispose();
    }

    [Fact]
    public void Nobody_judges_what_is_being_collected_and_nobody_collects_what_is_being_judged()
    {
        using (StatesLock.ForPart(folder.Path, (1, 1)))
            Assert.Throws<DataException>(() => StatesLock.ForJudging(folder.Path));
        using (StatesLock.ForJudging(folder.Path))
        {
            Assert.Throws<DataException>(() => StatesLock.ForJudging(folder.Path));
            Assert.Throws<DataException>(() => StatesLock.ForPart(folder.Path, (1, 1)));
        }

        StatesLock.ForPart(folder.Path, (1, 1)).Dispose();
    }

    [Fact]
    public async Task A_second_run_and_a_judge_are_refused_and_the_first_run_ends_well()
    {
        var token = TestContext.Current.CancellationToken;
        await using var model = new FakeModel();
        await using var other = new FakeModel();
        var met = new List<string>();
        model.OnPrefill = () =>
        {
            model.OnPrefill = null;
            met.Add(Assert.Throws<DataException>(() => Run(other, (1, 1)).GetAwaiter().GetResult()).Message);
            met.Add(Assert.Throws<DataException>(() => StateJudge.JudgeAsync(folder.Path, cancellationToken: token).GetAwaiter().GetResult()).Message);
        };

        Assert.Equal(40, (await Run(model, (1, 1))).Rows);
        Assert.Equal(2, met.Count);
        Assert.Equal(40, (await StateJudge.JudgeAsync(folder.Path, cancellationToken: token)).Rows);
    }

    [Fact]
    public async Task Parts_that_run_at_the_same_time_make_one_store()
    {
        const int Parts = 6;
        var summaries = await Task.WhenAll(Enumerable.Range(1, Parts).Select(part => Task.Run(async () =>
        {
            await using var model = new FakeModel();
            return await Run(model, (part, Parts));
        })));

        Assert.Equal(40, summaries.Sum(s => s.Rows));
        using var store = StateStore.Open(folder.Path);
        Assert.Equal(40, store.Rows.Count);
        Assert.Empty(Directory.GetFiles(folder.Path, "*.tmp"));
    }

    [Fact]
    public async Task A_write_that_fails_costs_its_shard_alone()
    {
        await using var model = new FakeModel();
        // Where the second shard would be written, nothing can be.
        var obstacle = folder.File("1-of-1-00001.safetensors");
        Directory.CreateDirectory(obstacle);
        await Assert.ThrowsAnyAsync<Exception>(() => Run(model, (1, 1)));
        using (var store = StateStore.Open(folder.Path))
            Assert.InRange(store.Rows.Count, 1, 39);

        Directory.Delete(obstacle);
        var summary = await Run(model, (1, 1));
        Assert.Equal(40, summary.Rows + summary.Existing);
        Assert.InRange(summary.Existing, 1, 39);
        using var whole = StateStore.Open(folder.Path);
        Assert.Equal(40, whole.Rows.Count);
    }

    public void Dispose() => folder.Dispose();

    private Task<CollectionSummary> Run(FakeModel model, (int Part, int Of) shard) => new StateCollector(model, "f", new CollectionOptions
    {
        Layers = [1],
        AnswerTokens = 4,
        PilotTokens = 2,
        PositionsPerShard = 100,
    })
    { Shard = shard }.CollectAsync([.. Enumerable.Range(0, 40).Select(i => new CollectionRequest(new DataRow
    {
        Id = $"r{i:D2}",
        Set = "set",
        Messages = [PromptMessage.User($"question {i * 7 % 40}")],
        Harmful = i % 2 == 0,
        Source = "test",
        Split = DataSplits.Train,
    })
    {
        WithAnswer = i % 3 == 0,
    })], folder.Path, cancellationToken: TestContext.Current.CancellationToken);
}
