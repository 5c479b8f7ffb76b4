using SafeSwitch.Policies;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Probes.Sweeps;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;
using SafeSwitch.Training.Thresholds;

namespace SafeSwitch.Training.Tests.Probes;

public class ProbeSweepTests
{
    private static readonly SweepOptions Options = new()
    {
        Training = new ProbeTrainingOptions { Epochs = 4, LearningRate = 1e-2f, Threads = 2 },
        Benign = new BenignRule { Sets = ["plain"] },
        MaxFalsePositiveRate = 0.1,
        RowsPerFold = 20,
    };

    [Fact]
    public void Every_source_is_left_out_once_and_measured_where_it_was_not_seen()
    {
        var states = new SyntheticStates(300, 16, ["hidden_states"], seed: 21);
        var rolling = new ProbeMemberDesign { Pooling = ProbePooling.Rolling, Layers = ["hidden_states"], Hidden = [8], Window = 3 };
        var last = new ProbeMemberDesign { Pooling = ProbePooling.Last, Layers = ["hidden_states"], Hidden = [8] };
        ProbeDesign[] designs =
        [
            new() { Name = "a", Stage = MonitorStage.Prompt, Members = [rolling] },
            new() { Name = "b", Stage = MonitorStage.Prompt, Members = [rolling with { Copies = 2 }, last] },
        ];
        var totals = new HashSet<double>();
        var sweep = new ProbeSweep(states, Options);
        var rows = sweep.Run(designs, new Progress(p => totals.Add(p.Total)), TestContext.Current.CancellationToken);

        Assert.Equal(4, sweep.Folds.Count);
        Assert.Equal([4.0 * 3], totals); // two copies and one a fold, not four networks
        Assert.Equal(designs, rows.Select(r => r.Design));
        Assert.Equal(["nothing", "source-0", "source-1", "source-2"], rows[0].Figures.Select(f => f.Fold).Distinct());
        foreach (var source in new[] { "source-0", "source-1", "source-2" })
        {
            Assert.Equal(
                states.Rows.Count(r => r.Source == source && r.Positive),
                rows[0].Figures.Where(f => f.Fold == source && f.Harmful).Sum(f => f.Flagged.Total));
        }

        Assert.All(rows, r => Assert.True(r.MeanRecall.Value > 0.5 && r.MeanAreaUnderCurve.Value > 0.8, $"{r.Design.Name}: {r.MeanRecall} {r.MeanAreaUnderCurve}"));
        Assert.All(rows, r => Assert.InRange(r.MeanRecall.Value, r.MeanRecall.Lower, r.MeanRecall.Upper));
        Assert.All(rows, r => Assert.Equal(r.LeftOut.Average(f => f.Flagged.Value), r.MeanRecall.Value, 1e-12));
    }

    [Fact]
    public void With_both_labels_left_out_a_design_is_measured_as_cross_fitting_measures_it()
    {
        var states = new SyntheticStates(300, 16, ["hidden_states"], seed: 21);
        var design = new ProbeDesign
        {
            Name = "a", Stage = MonitorStage.Prompt,
            Members = [new() { Pooling = ProbePooling.Rolling, Layers = ["hidden_states"], Hidden = [8], Window = 3, Copies = 2 }, new() { Pooling = ProbePooling.Last, Layers = ["hidden_states"], Hidden = [8] }],
        };
        var crossFit = new CrossFitOptions { Folds = 3 };
        var sweep = new ProbeSweep(states, Options with { CrossFit = crossFit, SourceFactor = 2 });
        var row = Assert.Single(sweep.Run([design], cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal([0, 1, 1, 1], sweep.Folds.Select(f => f.Sources.Count));
        var scored = CrossFit.Of(
            HeldOutStates.Of(states, Options.Training.Seed), new ProbeRecipe { Design = design, CrossFit = crossFit, Training = Options.Training }, Options, progress: null, TestContext.Current.CancellationToken);
        var expected = LeftOutFigures.Of(scored, Options.MaxFalsePositiveRate, 2);
        Assert.Equal(expected.MeanRecall, row.MeanRecall);
        Assert.Equal(expected.Threshold, row.Unseen!.Threshold);
        Assert.Equal(expected.Sources, row.Unseen.Sources);
        Assert.Equal(row.MeanRecall.Value, sweep.Recall(design));
        Assert.Equal(expected.Sources.Where(s => s.Positive).Select(s => (s.Kind, s.Flagged)), row.LeftOut.Select(f => (f.Fold, f.Flagged)));
        Assert.Contains(row.Unseen.Sources, s => s is { Everyday: true, Positive: false });
        Assert.InRange(row.MeanAreaUnderCurve.Value, 0.8, 1);
        // What training saw is told by set, as ever.
        Assert.All(row.Figures, f => Assert.Equal("nothing", f.Fold));
    }

    [Theory]
    [InlineData(2, 2, 100, true)]
    [InlineData(1, 2, 100, false)]
    [InlineData(2, 1, 100, false)]
    [InlineData(2, 2, 99, false)]
    public void Both_labels_are_left_out_where_two_sources_of_either_have_rows_enough(int harmful, int everyday, int rows, bool serves)
    {
        var all = Enumerable.Range(0, harmful).SelectMany(s => Of($"h{s}", positive: true, rows))
            .Concat(Enumerable.Range(0, everyday).SelectMany(s => Of($"e{s}", positive: false, rows)))
            // Neither of these counts: of a set that stands for nothing everyday, of the test rows, in a frame.
            .Concat(Of("borderline", positive: false, 200).Select(r => r with { Set = "other" }))
            .Concat(Of("unseen", positive: true, 200).Select(r => r with { Split = DataSplits.Test }))
            .Concat(Of("framed", positive: true, 200).Select(r => r with { Wrapper = "w", Plain = false }));
        Assert.Equal(serves, SweepFold.ServesBothLabels([.. all], new BenignRule { Sets = ["plain"] }, rowsPerSource: 100));

        static IEnumerable<ProbeRow> Of(string source, bool positive, int count) => Enumerable.Range(0, count)
            .Select(i => new ProbeRow { Id = $"{source}-{i}", Positive = positive, Source = source, Set = "plain", Split = DataSplits.Train, Plain = true });
    }

    [Fact]
    public void Without_everyday_rows_there_is_no_threshold() =>
        Assert.Throws<ArgumentException>(() => new ProbeSweep(
            new SyntheticStates(40, 16, ["hidden_states"], seed: 22), Options with { Benign = new BenignRule { Sets = ["nowhere"] } }));

    private sealed class Progress(Action<BuildProgress> report) : IProgress<BuildProgress>
    {
        public void Report(BuildProgress value) => report(value);
    }
}
