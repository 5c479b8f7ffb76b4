using SafeSwitch.Training.Metrics;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Thresholds;

namespace SafeSwitch.Training.Tests.Probes;

/// <summary>Figures whose values were worked out on paper.</summary>
public class ProbeFiguresTests
{
    private readonly List<ProbeRow> rows = [];
    private readonly List<float> scores = [];

    [Fact]
    public void Few_rows_have_the_figures_of_the_definitions()
    {
        Add("a", positive: true, 0.2f, 0.8f, 0.8f);
        Add("plain", positive: false, 0.2f);
        var figures = Of(0.5);

        Assert.Equal((3, 1, 1), (figures.Positive, figures.Negative, figures.Benign));
        Assert.Equal(2.5 / 3, figures.AreaUnderCurve.Value, 1e-12); // one tie, two wins
        Assert.Equal(0.25, figures.CalibrationError.Value, 1e-6); // (2 |0.2 - 1/2| + 2 |0.8 - 1|) / 4
        Assert.Equal(0.75, figures.Accuracy.Value, 1e-12);
        Assert.Equal(0.8, figures.F1.Value, 1e-12); // precision 1, recall 2/3
        Assert.Equal(2.0 / 3, figures.RecallAtBound.Value, 1e-12); // above 0.2
        Assert.Equal(Estimate.Of(new Proportion(3, 4)), figures.Accuracy);
    }

    [Fact]
    public void The_threshold_of_one_percent_lies_above_the_99th_of_99_rows()
    {
        Add("everyday", positive: false, [.. Enumerable.Range(1, 99).Select(i => i / 1000f)]);
        Add("borderline", positive: false, 0.95f); // of a set that the bound does not speak of
        Add("a", positive: true, 0.9f, 0.9f, 0.9f, 0.05f);
        Add("b", positive: true, 0.098f, 0.0991f);
        var figures = Of(0.01);

        Assert.InRange(figures.Threshold, 0.099, 0.09901);
        Assert.Equal(99, figures.BenignNeeded);
        Assert.Equal(4.0 / 6, figures.RecallAtBound.Value, 1e-12);
        Assert.InRange(figures.RecallAtBound.Lower, 0.1, 0.6);
        Assert.Equal(1, figures.RecallAtBound.Upper);
        Assert.Equal(
            [("a", true, new Proportion(3, 4)), ("b", true, new Proportion(1, 2)), ("borderline", false, new Proportion(1, 1)), ("everyday", false, new Proportion(0, 99))],
            figures.Sources.Select(s => (s.Source, s.Positive, s.Flagged)));
        Assert.Equal(0.3006, figures.Sources[0].Flagged.Lower, 1e-3); // Wilson, 3 of 4
        Assert.Equal(0.9544, figures.Sources[0].Flagged.Upper, 1e-3);
        Assert.Equal(0.6667, figures.ToMetrics()["recall_at_bound"]);
        Assert.Equal(0.5, figures.ToMetrics()["recall.b"]);

        scores.RemoveAt(0);
        rows.RemoveAt(0);
        Assert.Equal((1, 0), (Of(0.01).Threshold, Of(0.01).RecallAtBound.Value));
    }

    [Fact]
    public void Intervals_of_a_perfect_probe_are_those_of_so_many_rows_and_no_wider_for_a_bound_that_is_just_reached()
    {
        Add("everyday", positive: false, [.. Enumerable.Repeat(0.1f, 99)]);
        Add("a", positive: true, [.. Enumerable.Repeat(0.9f, 50)]);
        var fifty = new Estimate(1, new Proportion(50, 50).Lower, 1);
        Assert.Equal(fifty, Of(0.01).RecallAtBound);
        Assert.Equal(fifty, Of(0.01).AreaUnderCurve);
    }

    private ProbeFigures Of(double bound) =>
        ProbeFigures.Of(rows, scores, new BenignRule { Sets = ["plain", "everyday"] }, bound);

    private void Add(string source, bool positive, params float[] added)
    {
        foreach (var score in added)
        {
            rows.Add(new ProbeRow { Id = $"{rows.Count}", Source = source, Set = source, Positive = positive, Split = "validation" });
            scores.Add(score);
        }
    }
}
