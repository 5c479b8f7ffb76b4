using SafeSwitch.Evaluation.Reports.Probes;
using SafeSwitch.Policies;
using SafeSwitch.Training.Metrics;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Probes.Sweeps;
using SafeSwitch.Training.States;

namespace SafeSwitch.Evaluation.Tests.Reports;

public sealed class SweepTablesTests
{
    [Fact]
    public void A_design_is_a_row_of_every_table()
    {
        var rolling = new ProbeMemberDesign { Pooling = ProbePooling.Rolling, Layers = ["hidden_states"], Window = 3 };
        var last = new ProbeMemberDesign { Pooling = ProbePooling.Last, Layers = ["hidden_states"] };
        foreach (var table in SweepTables.Of([Row(rolling), Row(rolling with { Copies = 2 }, last)], 0.1))
        {
            Assert.Equal(["rolling(3) final", "average of rolling(3) final x2, last final"], table.Rows.Select(r => r[0]));
            Assert.All(table.Rows, r => Assert.Equal(table.Columns.Count, r.Count));
        }
    }

    [Fact]
    public void Sources_of_both_labels_are_told_and_everyday_ones_first()
    {
        var figures = new LeftOutFigures
        {
            MeanBound = 0.01, WorstBound = 0.03, Threshold = 0.7, MeanFlagged = 0.008,
            Worst = new SourceFigure("bank", Positive: false, new Proportion(3, 100)),
            MeanRecall = new Estimate(0.7, 0.6, 0.8),
            Sources =
            [
                new("bad", Positive: true, Everyday: false, new Proportion(70, 100)),
                new("small", Positive: true, Everyday: false, new Proportion(1, 5)),
                new("borderline", Positive: false, Everyday: false, new Proportion(12, 100)),
                new("bank", Positive: false, Everyday: true, new Proportion(3, 100)),
            ],
        };
        var last = new ProbeMemberDesign { Pooling = ProbePooling.Last, Layers = ["hidden_states"] };
        var tables = SweepTables.Of([Row(last) with { Unseen = figures }], 0.01);

        Assert.Contains("1% in the mean and 3% in the worst", tables[0].Title, StringComparison.Ordinal);
        Assert.Equal(["probe", "mean recall", "AUROC", "bad (100)"], tables[0].Columns);
        Assert.Equal(["probe", "threshold", "everyday, mean", "* bank (100)", "borderline (100)"], tables[1].Columns);
        Assert.Equal(["last final", "0.700", "0.8", "3.0", "12.0"], tables[1].Rows[0]);
    }

    private static SweepRow Row(params ProbeMemberDesign[] members) => new()
    {
        Design = new ProbeDesign { Name = "a", Stage = MonitorStage.Prompt, Members = members },
        MeanRecall = new Estimate(0.7, 0.6, 0.8),
        MeanAreaUnderCurve = new Estimate(0.9, 0.8, 1),
        LeftOut = [new SweepFigure("source-0", "all", Harmful: true, new Proportion(7, 10))],
        Figures = [new SweepFigure("nothing", "plain", Harmful: true, new Proportion(3, 4)), new SweepFigure("source-0", "plain", Harmful: true, new Proportion(7, 10))],
    };
}
