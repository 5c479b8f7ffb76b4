using SafeSwitch.Evaluation.Figures;
using SafeSwitch.Evaluation.Reports;

namespace SafeSwitch.Evaluation.Tests.Reports;

/// <summary>The tables of rows that were worked out by hand.</summary>
public class EvaluationTablesTests
{
    [Theory]
    [InlineData("unguarded | 100% [34.2, 100] | 0% [0, 56.1] | 100% [20.7, 100] | 100% [34.2, 100] | - | - | -")]
    [InlineData("safety prompt | 50% [9.5, 90.5] | 0% [0, 56.1] | 0% [0, 79.3] | 50% [9.5, 90.5] | 100% [20.7, 100] | 30 ms (30%) | 20")]
    [InlineData("always on | 0% [0, 65.8] | 100% [43.9, 100] | 0% [0, 79.3] | 0% [0, 65.8] | 100% [34.2, 100] | - | -")]
    [InlineData("reference | 50% [9.5, 90.5] | 0% [0, 56.1] | 100% [20.7, 100] | 100% [34.2, 100] | 100% [20.7, 100] | 0.24 ms (0.2%) | 0")]
    [InlineData("balanced | 50% [9.5, 90.5] | 33.3% [6.1, 79.2] | 100% [20.7, 100] | 50% [9.5, 90.5] | 100% [20.7, 100] | 31.5 ms (31.5%) | 1.33")]
    public void Every_method_has_its_line(string line) => Assert.Contains(line, Lines("The methods compared"));

    [Theory]
    [InlineData("reference | harmful | 2 | 0.24 ms | 40.5 ms | 0.2% | 0.37 ms | 0 | 2")]
    [InlineData("balanced | harmless | 3 | 31.5 ms | 41.5 ms | 31.5% | 1.33 ms | 0 | 1.33")]
    [InlineData("balanced | harmful | 2 | 1 ms | 41.5 ms | 0.5% | 1.25 ms | 0 | 2")]
    [InlineData("safety prompt | harmful | 2 | 30 ms | 50 ms | 25% | - | 20 | 0")]
    public void A_held_pilot_delays_and_a_pilot_thrown_away_costs_tokens(string line) =>
        Assert.Contains(line, Lines("What it costs, beyond the unguarded model"));

    [Theory]
    [InlineData("harmful, all | 2 | 1 : 0, p = 1.000 | 0 : 0, p = 1.000 | 0 : 1, p = 1.000 | 1 : 1, p = 1.000")]
    [InlineData("harmless, all | 3 | 0 : 1, p = 1.000 | 0 : 1, p = 1.000 | 2 : 0, p = 0.500 | 0 : 1, p = 1.000")]
    public void The_default_policy_is_held_against_each_method(string line) =>
        Assert.Contains(line, Lines("balanced against each other method (McNemar, exact, two-sided)"));

    [Fact]
    public void Probes_are_judged_without_their_threshold_and_with_it()
    {
        var scores = SampleReport.Summary.Scores[0];
        Assert.Equal(4.0 / 6, scores.AreaUnderCurve.Value, 1e-12);
        Assert.Equal((1, 2), (scores.Thresholds.Single().Recall.Count, scores.Thresholds.Single().FalsePositives.Count));
        Assert.Equal((ScorePoint[])[new(0, 0), new(0, 0.5), new(2.0 / 3, 0.5), new(2.0 / 3, 1), new(1, 1)], scores.Curve);
        Assert.Equal((2, 3), (scores.HarmfulRows.Sum(), scores.HarmlessRows.Sum()));
    }

    [Fact]
    public void There_is_a_line_for_every_wrapper()
    {
        Assert.Equal(["w1 | 1 | 100% [20.7, 100] ↓0% | 100% [20.7, 100] | 100% [20.7, 100] ↓0% | 0% [0, 79.3] ↓100% | 0% [0, 79.3] ↓100%"], Lines("Harmful requests answered, by wrapper"));
    }

    [Fact]
    public void Rows_of_one_label_have_no_curve_and_rows_that_do_not_tell_have_no_cost()
    {
        var summary = EvaluationSummary.Of([.. SampleReport.Rows.Where(r => r.Harmful).Select(r => r with { Costs = null, SafetyPrompt = null })], SampleReport.Options);
        Assert.Empty(summary.Scores);
        Assert.Empty(summary.Overhead);
        Assert.All(EvaluationTables.Of(summary), t => Assert.All(t.Rows, r => Assert.Equal(t.Columns.Count, r.Count)));
    }

    private static IEnumerable<string> Lines(string title) =>
        EvaluationTables.Of(SampleReport.Summary).Single(t => t.Title == title).Rows.Select(r => string.Join(" | ", r));
}
