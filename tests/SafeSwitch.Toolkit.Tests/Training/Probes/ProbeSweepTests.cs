using SafeSwitch.Monitoring;
using SafeSwitch.Toolkit.Calibration;
using SafeSwitch.Toolkit.Training.Probes;
using SafeSwitch.Toolkit.Training.Probes.Sweeps;

namespace SafeSwitch.Toolkit.Tests.Training.Probes;

public class ProbeSweepTests
{
    private static readonly SweepOptions Options = new()
    {
        Training = new ProbeTrainingOptions { Epochs = 4, LearningRate = 1e-2f, Threads = 2 },
        Everyday = new EverydayRule { Sets = ["plain"] },
        MaxFalsePositiveRate = 0.1,
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
        var networks = new HashSet<(string, int)>();
        var rows = ProbeSweep.Run(states, designs, Options, new Progress(p => networks.Add((p.Design, p.Network))), TestContext.Current.CancellationToken);

        Assert.Equal(3, networks.Count); // two copies and one, not four networks
        Assert.Equal(designs, rows.Select(r => r.Design));
        Assert.Equal(["nothing", "source-0", "source-1", "source-2"], rows[0].Figures.Select(f => f.Fold).Distinct());
        foreach (var source in new[] { "source-0", "source-1", "source-2" })
        {
            Assert.Equal(
                states.Rows.Count(r => r.Source == source && r.Positive),
                rows[0].Figures.Where(f => f.Fold == source && f.Harmful).Sum(f => f.Flagged.Total));
        }

        Assert.All(rows, r => Assert.True(r.MeanRecall > 0.5 && r.AreaUnderCurve > 0.8, $"{r.Design.Name}: {r.MeanRecall} {r.AreaUnderCurve}"));

        var table = SweepTable.Markdown(rows);
        Assert.Contains("average of rolling(3) final x2, last final", table, StringComparison.Ordinal);
        Assert.Single(table.Split('\n').Select(l => l.Count(c => c == '|')).Where(n => n > 0).Distinct());
    }

    [Fact]
    public void Without_everyday_rows_there_is_no_threshold() =>
        Assert.Throws<ArgumentException>(() => ProbeSweep.Run(
            new SyntheticStates(40, 16, ["hidden_states"], seed: 22), [ProbeDesign.Reference],
            Options with { Everyday = new EverydayRule { Sets = ["nowhere"] } }, cancellationToken: TestContext.Current.CancellationToken));

    private sealed class Progress(Action<ProbeTrainingProgress> report) : IProgress<ProbeTrainingProgress>
    {
        public void Report(ProbeTrainingProgress value) => report(value);
    }
}
