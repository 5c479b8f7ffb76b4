using SafeSwitch.Policies;
using SafeSwitch.Training.Metrics;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Probes.Sweeps;
using SafeSwitch.Training.States;
using SafeSwitch.Training.Thresholds;

namespace SafeSwitch.Training.Tests.Probes.Sweeps;

public class SweepSearchTests
{
    [Fact]
    public void The_best_is_chosen_and_within_half_a_point_the_smallest()
    {
        Assert.Equal(0.70, Choose((0.60, 1), (0.70, 3), (0.69, 1)));
        Assert.Equal(0.696, Choose((0.60, 1), (0.70, 3), (0.696, 1), (0.698, 2)));
        Assert.Equal(0.699, Choose((0.70, 3), (0.697, 2), (0.699, 2)));

        static double Choose(params (double Recall, int Networks)[] rows) =>
            SweepSearch.Choose([.. rows.Select(r => Row(r.Recall, r.Networks))]).MeanRecall.Value;
    }

    [Fact]
    public void An_ensemble_grows_by_unlike_poolings_only_while_it_helps()
    {
        var states = new SyntheticStates(240, 12, ["hidden_states.2", "hidden_states"], seed: 41);
        var sweep = new ProbeSweep(states, new SweepOptions
        {
            Training = new() { Epochs = 3, LearningRate = 1e-2f, Threads = 2 },
            Benign = new BenignRule { Sets = ["plain"] },
            MaxFalsePositiveRate = 0.1,
            RowsPerFold = 20,
        });
        var plan = new SweepPlan { Poolings = [ProbePooling.Last, ProbePooling.MeanState, ProbePooling.Rolling], EnsembleNetworks = 3 };
        var found = SweepSearch.Run(sweep, plan, "prompt", MonitorStage.Prompt, states.Layers, null, TestContext.Current.CancellationToken);

        Assert.Equal(found.Rows.Max(r => r.MeanRecall.Value), found.Chosen.MeanRecall.Value, SweepSearch.Tie);
        var single = found.Rows.Take(6).ToList();
        Assert.All(single, r => Assert.Single(r.Design.Members));
        var best = single.Max(r => r.MeanRecall.Value);
        foreach (var ensemble in found.Rows.Skip(6))
        {
            Assert.Equal(ensemble.Design.Members.Count, ensemble.Design.Members.Select(m => m.Pooling).Distinct().Count());
            Assert.True(ensemble.MeanRecall.Value >= best + SweepSearch.Tie);
            best = ensemble.MeanRecall.Value;
        }

        Assert.True(found.Rows.Count <= 8);
    }

    [Fact]
    public void A_bound_that_everyday_rows_can_not_show_is_raised_until_they_can()
    {
        var states = new SyntheticStates(240, 4, ["hidden_states"], seed: 42);
        var everyday = new BenignRule { Sets = ["plain"] };
        var bound = ReachableBound.Of(states, everyday, rowsPerFold: 20, 0.01);
        int Everyday(string? without) => states.Rows.Count(r => !r.Positive && r.Split == "validation" && r.Set == "plain" && r.Source != without);
        var fewest = new[] { "source-0", "source-1", "source-2" }.Min(Everyday);

        Assert.True(ConformalThreshold.RowsNeeded(bound) <= fewest);
        Assert.True(ConformalThreshold.RowsNeeded(bound - 0.001) > fewest);
        Assert.Equal(0.3, ReachableBound.Of(states, everyday, rowsPerFold: 20, 0.3));
    }

    private static SweepRow Row(double recall, int networks) => new()
    {
        Design = ProbeDesign.Reference with { Members = [ProbeDesign.Reference.Members[0] with { Copies = networks }] },
        MeanRecall = new Estimate(recall, recall, recall),
        MeanAreaUnderCurve = new Estimate(recall, recall, recall),
        LeftOut = [],
        Figures = [],
    };
}
