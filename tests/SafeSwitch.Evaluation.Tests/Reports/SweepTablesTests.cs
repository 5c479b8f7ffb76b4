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

    private static SweepRow Row(params ProbeMemberDesign[] members) => new()
    {
        Design = new ProbeDesign { Name = "a", Stage = MonitorStage.Prompt, Members = members },
        MeanRecall = new Estimate(0.7, 0.6, 0.8),
        MeanAreaUnderCurve = new Estimate(0.9, 0.8, 1),
        LeftOut = [new SweepFigure("source-0", "all", Harmful: true, new Proportion(7, 10))],
        Figures = [new SweepFigure("nothing", "plain", Harmful: true, new Proportion(3, 4)), new SweepFigure("source-0", "plain", Harmful: true, new Proportion(7, 10))],
    };
}
