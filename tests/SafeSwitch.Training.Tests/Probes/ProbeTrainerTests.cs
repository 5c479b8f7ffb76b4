using SafeSwitch.Policies;
using SafeSwitch.Training.Metrics;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Tests.Probes;

public class ProbeTrainerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ProbePooling.Last)]
    [InlineData(ProbePooling.Attention)]
    [InlineData(ProbePooling.MultiMax)]
    [InlineData(ProbePooling.Rolling)]
    public void A_probe_learns_a_direction_that_generalises(ProbePooling pooling)
    {
        var states = new SyntheticStates(400, 16, ["hidden_states"], seed: 11);
        var options = new ProbeTrainingOptions { LearningRate = 1e-2f, Threads = 2, WeightAverage = 0.9f, Dropout = 0.1f, Splice = 0.3f, CropPositions = 30 };
        var probe = ProbeTrainer.Train(states, Design(pooling), options, cancellationToken: Token);
        int[] held = [.. Enumerable.Range(0, states.Rows.Count).Where(i => states.Rows[i].Split == "validation")];
        var roc = RocCurve.Of(probe.Score(states, held), [.. held.Select(i => states.Rows[i].Positive)]);
        Assert.True(roc.AreaUnderCurve > 0.95, $"AUROC {roc.AreaUnderCurve:F3}");
    }

    [Fact]
    public void The_result_depends_on_the_seed_and_not_on_the_threads()
    {
        var states = new SyntheticStates(120, 16, ["hidden_states"], seed: 12);
        var design = Design(ProbePooling.Rolling) with { Members = [.. Design(ProbePooling.Rolling).Members, .. Design(ProbePooling.Last).Members] };
        float[] Scores(int threads, int seed) =>
            ProbeTrainer.Train(states, design, new ProbeTrainingOptions { Epochs = 3, Threads = threads, Seed = seed, Dropout = 0.1f }, cancellationToken: Token)
                .Score(states, [.. Enumerable.Range(0, states.Rows.Count)]);
        var one = Scores(threads: 1, seed: 1);
        Assert.Equal(one, Scores(threads: 4, seed: 1));
        Assert.NotEqual(one, Scores(threads: 1, seed: 2));
    }

    [Fact]
    public void Rows_of_one_class_are_refused()
    {
        var states = new OneClass(new SyntheticStates(40, 16, ["hidden_states"], seed: 13));
        var error = Assert.Throws<ArgumentException>(() => ProbeTrainer.Train(states, ProbeDesign.Reference, new(), cancellationToken: Token));
        Assert.Contains("one class", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_that_was_not_collected_is_named()
    {
        var states = new SyntheticStates(40, 16, ["hidden_states.4"], seed: 14);
        var error = Assert.Throws<ArgumentException>(() => ProbeTrainer.Train(states, ProbeDesign.Reference, new(), cancellationToken: Token));
        Assert.Contains("'hidden_states'", error.Message, StringComparison.Ordinal);
        Assert.Contains("hidden_states.4", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancellation_ends_a_training()
    {
        var states = new SyntheticStates(40, 16, ["hidden_states"], seed: 15);
        Assert.ThrowsAny<OperationCanceledException>(() =>
            ProbeTrainer.Train(states, ProbeDesign.Reference, new(), cancellationToken: new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Validation_never_shares_a_wrapper_or_a_prompt_with_training()
    {
        var rows = Enumerable.Range(0, 300).Select(i => new ProbeRow
        {
            Id = $"{i}",
            Positive = i % 2 == 0,
            Source = "s",
            Set = "x",
            Split = "train",
            Group = $"prompt {i / 3}",
            Wrapper = i % 7 == 0 ? $"wrapper {i % 14}" : null,
        }).ToList();
        var (train, validation) = ValidationSplit.Of(rows, Enumerable.Range(0, rows.Count), ValidationSplit.ValidationShare, seed: 1);
        Assert.Equal(rows.Count, train.Count + validation.Count);
        Assert.InRange(validation.Count, 30, 60);
        Assert.Empty(train.Select(r => rows[r].Group).Intersect(validation.Select(r => rows[r].Group)));
        Assert.Empty(train.Select(r => rows[r].Wrapper).OfType<string>().Intersect(validation.Select(r => rows[r].Wrapper).OfType<string>()));
    }

    [Theory]
    [InlineData(0.1, 3, 18)]
    [InlineData(0.2, 6, 36)]
    public void Few_positive_rows_are_on_both_sides(double share, int positive, int negative)
    {
        var rows = Enumerable.Range(0, 210).Select(i => new ProbeRow
        {
            Id = $"{i}", Positive = i % 7 == 0, Source = "s", Set = "x", Split = "train", Group = $"{i}",
        }).ToList();
        for (var seed = 0; seed < 20; seed++)
        {
            var (_, aside) = ValidationSplit.Of(rows, Enumerable.Range(0, rows.Count), share, seed);
            Assert.Equal((positive, negative), (aside.Count(r => rows[r].Positive), aside.Count(r => !rows[r].Positive)));
        }
    }

    [Fact]
    public void Of_groups_that_are_all_large_the_smallest_is_set_aside()
    {
        // 5, 4 and 3 positive rows, each number under one wrapper; negative rows by themselves.
        var rows = Enumerable.Range(0, 60).Select(i => new ProbeRow
        {
            Id = $"{i}", Positive = i < 12, Source = "s", Set = "x", Split = "train", Group = $"{i}", Wrapper = i < 5 ? "a" : i < 9 ? "b" : i < 12 ? "c" : null,
        }).ToList();
        var (train, aside) = ValidationSplit.Of(rows, Enumerable.Range(0, rows.Count), ValidationSplit.StoppingShare, seed: 1);
        Assert.Equal([9, 10, 11], aside.Where(r => rows[r].Positive));
        Assert.Equal(rows.Count, train.Count + aside.Count);
    }

    /// <summary>Thresholds are set on the validation rows: what is learned must not depend on them.</summary>
    [Fact]
    public void Validation_rows_are_not_looked_at()
    {
        var states = new SyntheticStates(120, 16, ["hidden_states"], seed: 16);
        float[] Scores(IProbeStates seen) => ProbeTrainer
            .Train(seen, Design(ProbePooling.Attention), new ProbeTrainingOptions { Epochs = 3 }, cancellationToken: Token)
            .Score(states, [.. Enumerable.Range(0, states.Rows.Count)]);
        Assert.Contains(states.Rows, r => r.Split == "validation");
        Assert.Equal(Scores(states), Scores(new WrongValidation(states)));
    }

    [Fact]
    public void Balanced_sources_weigh_the_same_and_so_do_the_classes()
    {
        ProbeRow Row(string source, bool positive) => new() { Id = "", Positive = positive, Source = source, Set = "s", Split = "train" };
        ProbeRow[] rows = [.. Enumerable.Repeat(Row("big", false), 90), .. Enumerable.Repeat(Row("small", false), 10), Row("bad", true)];
        var weights = RowWeights.Of(rows, new ProbeTrainingOptions { SourceBalance = 1 });
        Assert.Equal(weights[..90].Sum(), weights[90..100].Sum(), 1e-2f);
        Assert.Equal(weights[..100].Sum(), weights[100], 1e-2f);
        Assert.Equal(1, weights.Average(), 1e-3f);

        var favoured = RowWeights.Of(rows, new ProbeTrainingOptions { SourceBalance = 0, Weights = new Dictionary<string, double> { ["s/small"] = 3 } });
        Assert.Equal(3 * favoured[0], favoured[90], 1e-4f);
    }

    private static ProbeDesign Design(ProbePooling pooling) => new()
    {
        Name = "test",
        Stage = MonitorStage.Prompt,
        Members = [new() { Pooling = pooling, Layers = ["hidden_states"], Hidden = [16], Window = 3, Heads = 4 }],
    };

    private sealed class WrongValidation(IProbeStates inner) : IProbeStates
    {
        public int Width => inner.Width;

        public IReadOnlyList<string> Layers => inner.Layers;

        public IReadOnlyList<ProbeRow> Rows => [.. inner.Rows.Select(r => r.Split == "validation" ? r with { Positive = !r.Positive } : r)];

        public ReadOnlySpan<Half> Positions(int row, string layer) =>
            inner.Rows[row].Split == "validation" ? throw new InvalidOperationException("A validation row was read.") : inner.Positions(row, layer);

        public ReadOnlySpan<Half> Last(int row, string layer) => inner.Last(row, layer);
    }

    private sealed class OneClass(IProbeStates inner) : IProbeStates
    {
        public int Width => inner.Width;

        public IReadOnlyList<string> Layers => inner.Layers;

        public IReadOnlyList<ProbeRow> Rows => [.. inner.Rows.Select(r => r with { Positive = true })];

        public ReadOnlySpan<Half> Positions(int row, string layer) => inner.Positions(row, layer);

        public ReadOnlySpan<Half> Last(int row, string layer) => inner.Last(row, layer);
    }
}
