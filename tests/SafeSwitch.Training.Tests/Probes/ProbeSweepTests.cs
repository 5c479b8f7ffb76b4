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
    public void Without_everyday_rows_there_is_no_threshold() =>
        Assert.Throws<ArgumentException>(() => new ProbeSweep(
            new SyntheticStates(40, 16, ["hidden_states"], seed: 22), Options with { Benign = new BenignRule { Sets = ["nowhere"] } }));

    private sealed class Progress(Action<BuildProgress> report) : IProgress<BuildProgress>
    {
        public void Report(BuildProgress value) => report(value);
    }
}
