using CsCheck;
using SafeSwitch.Policies;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Probes.Sweeps;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;
using SafeSwitch.Training.Thresholds;

namespace SafeSwitch.Training.Tests.Probes;

public sealed class CrossFitTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static readonly SweepOptions Options = new()
    {
        Training = new ProbeTrainingOptions { Epochs = 4, LearningRate = 1e-2f, Threads = 2 },
        Benign = new BenignRule { Sets = ["plain"] },
    };

    [Fact]
    public void Every_family_is_left_out_once_and_what_is_of_one_origin_together() =>
        Gen.Select(Gen.Int[2, 6], Gen.Int[4, 14], Gen.Int[0, 1000]).Sample((folds, sources, seed) =>
        {
            var random = new Random(seed);
            var rows = Enumerable.Range(0, 400).Select(i => Row(
                $"s{random.Next(sources)}", positive: random.Next(2) == 1, wrapper: random.Next(8) == 0 ? "w" : null)).ToList();
            Assert.Superset(new HashSet<string> { "s0", "s1", "frames" }, rows.Select(r => r.Family).ToHashSet());
            var dealt = SweepFold.Deal(rows, new CrossFitOptions { Folds = folds, Together = [["s0", "s1", "frames"]] });

            Assert.Equal(rows.Select(r => r.Family).Distinct().Order(), dealt.SelectMany(f => f.Sources).Order());
            var first = dealt.Single(f => f.Sources.Contains("s0"));
            Assert.True(first.Sources.Contains("s1") && first.Sources.Contains("frames"));
        });

    [Fact]
    public void No_network_that_scores_a_row_saw_its_source_or_its_frames()
    {
        var rows = Enumerable.Range(0, 200).Select(i => Row($"s{i % 5}", i % 2 == 0, i % 10 == 0 ? "w" : null)).ToList();

        foreach (var fold in SweepFold.Deal(rows, new CrossFitOptions { Folds = 3 }))
        {
            Assert.All(rows.Where(r => fold.Sources.Contains(r.Family)), r => Assert.True(fold.LeavesOut(r)));
            // A wrapped request goes with its source as well: the frame is known then, and the request must not be.
            Assert.All(rows.Where(r => fold.Sources.Contains(r.Source)), r => Assert.True(fold.LeavesOut(r)));
        }
    }

    [Theory]
    [InlineData("'s9'", "s0", "s9")]
    [InlineData("'s1' 2 times", "s1", "s1")]
    public void A_source_that_there_is_not_or_is_named_twice_is_a_mistake(string named, string first, string second)
    {
        var rows = Enumerable.Range(0, 40).Select(i => Row($"s{i % 4}", i % 2 == 0)).ToList();

        var error = Assert.Throws<ArgumentException>(() => SweepFold.Deal(rows, new CrossFitOptions { Together = [[first, second]] }));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_few_sources_are_a_mistake()
    {
        var rows = Enumerable.Range(0, 20).Select(i => Row(i % 2 == 0 ? "bad" : "good", i % 2 == 0)).ToList();

        Assert.Contains("one label", Assert.Throws<ArgumentException>(() => SweepFold.Deal(rows, new CrossFitOptions { Folds = 2 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Scores_of_left_out_sources_are_kept_beside_the_probe_and_read_again()
    {
        var states = new SyntheticStates(300, 16, ["hidden_states"], seed: 31);
        var probe = new ProbeRecipe
        {
            Design = new ProbeDesign
            {
                Name = "a", Stage = MonitorStage.Prompt,
                Members = [new() { Pooling = ProbePooling.Rolling, Layers = ["hidden_states"], Hidden = [8], Window = 3, Copies = 2 }],
            },
            CrossFit = new CrossFitOptions { Folds = 3, Copies = 1 },
        };
        var scored = CrossFit.Of(states, probe, Options, progress: null, TestContext.Current.CancellationToken);
        var figures = LeftOutFigures.Of(scored, 0.1, 2);
        var path = Path.Combine(folder.Path, "a.scores.jsonl");
        SourceScores.Write(path, scored);
        var read = SourceScores.Read(path);

        Assert.Equal(300, scored.Rows.Count);
        Assert.True(figures.MeanRecall.Value > 0.5, $"{figures.MeanRecall}");
        Assert.InRange(figures.MeanRecall.Value, figures.MeanRecall.Lower, figures.MeanRecall.Upper);
        Assert.Equal(scored.Scores.Select(s => MathF.Round(s, 6)), read.Select(r => r.Score));
        Assert.Equal(scored.Rows.Select(r => (r.Positive, r.Source, r.Set)), read.Select(r => (r.Positive, r.Source, r.Set)));

        File.AppendAllText(path, """{"set": "x", "source": "x", "kind": "x", "harmful": true, "score": 1.5}""");
        Assert.Contains("line 301: score: found 1.5", Assert.Throws<DataException>(() => SourceScores.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_threshold_is_the_lowest_that_keeps_the_mean_and_the_worst_everyday_source() =>
        Gen.Select(Gen.Int[2, 5], Gen.Int[0, 10_000], Gen.Double[0.01, 0.3], Gen.Double[1, 4]).Sample((sources, seed, mean, factor) =>
        {
            var random = new Random(seed);
            var rows = Enumerable.Range(0, 600).Select(i => Row($"s{i % (sources + 1)}", i % (sources + 1) == sources)).ToList();
            float[] scores = [.. rows.Select(r => MathF.Round(random.NextSingle() * (r.Positive ? 1 : 0.8f), 2))];
            var figures = LeftOutFigures.Of(new ScoredRows(rows, scores, new BenignRule()), mean, factor);

            double[] Shares(double threshold) => [.. rows.Zip(scores).Where(r => !r.First.Positive).GroupBy(r => r.First.Source).Select(g => g.Average(r => r.Second >= threshold ? 1.0 : 0))];
            bool Keeps(double threshold) => Shares(threshold).Average() <= mean && Shares(threshold).Max() <= Math.Min(1, mean * factor);

            Assert.True(Keeps(figures.Threshold));
            Assert.False(scores.Where(s => s < figures.Threshold).Any(s => Keeps(s)), "A lower threshold keeps both bounds too.");
            Assert.Equal(Shares(figures.Threshold).Max(), figures.Worst.Flagged.Value, 1e-12);
        });

    public void Dispose() => folder.Dispose();

    private static ProbeRow Row(string source, bool positive, string? wrapper = null) => new()
    {
        Id = Guid.NewGuid().ToString(), Positive = positive, Source = source, Set = wrapper is null ? source : "frames", Split = DataSplits.Train,
        Wrapper = wrapper, Plain = wrapper is null,
    };
}
