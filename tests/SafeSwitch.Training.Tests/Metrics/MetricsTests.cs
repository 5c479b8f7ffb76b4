using CsCheck;
using SafeSwitch.Training.Metrics;

namespace SafeSwitch.Training.Tests.Metrics;

public class MetricsTests
{
    private static readonly Gen<(float Score, bool Positive)[]> Rows =
        Gen.Select(Gen.Int[0, 20].Select(i => i / 20f), Gen.Bool).Array[2, 60]
            .Where(rows => rows.Any(r => r.Item2) && rows.Any(r => !r.Item2));

    [Fact]
    public void The_area_is_the_chance_that_a_positive_scores_higher() => Rows.Sample(rows =>
    {
        double wins = 0, pairs = 0;
        foreach (var p in rows.Where(r => r.Positive))
        {
            foreach (var n in rows.Where(r => !r.Positive))
            {
                pairs++;
                wins += p.Score > n.Score ? 1 : p.Score == n.Score ? 0.5 : 0;
            }
        }

        Assert.Equal(wins / pairs, Curve(rows).AreaUnderCurve, 1e-9);
    });

    [Fact]
    public void Recall_at_a_bound_is_the_best_threshold_that_keeps_it() =>
        Gen.Select(Rows, Gen.Double[0, 1]).Sample((rows, bound) =>
        {
            var best = rows.Select(r => r.Score).Append(2f)
                .Select(t => ConfusionCounts.At(t, [.. rows.Select(r => r.Score)], [.. rows.Select(r => r.Positive)]))
                .Where(c => c.FalsePositiveRate.Value <= bound).Max(c => c.Recall.Value);
            Assert.Equal(best, Curve(rows).RecallAt(bound), 1e-12);
        });

    [Fact]
    public void Wilsons_interval_matches_published_values()
    {
        // Newcombe 1998, table I: 81/263, 15/148, 0/20, 1/29.
        Check(81, 263, 0.2553, 0.3662);
        Check(15, 148, 0.0624, 0.1605);
        Check(0, 20, 0, 0.1611);
        Check(1, 29, 0.0061, 0.1718);

        static void Check(int count, int total, double lower, double upper)
        {
            var proportion = new Proportion(count, total);
            Assert.Equal(lower, proportion.Lower, 1e-4);
            Assert.Equal(upper, proportion.Upper, 1e-4);
        }
    }

    [Fact]
    public void F1_and_accuracy_follow_their_definitions()
    {
        var counts = ConfusionCounts.At(0.5, [0.9f, 0.5f, 0.4f, 0.1f, 0.7f], [true, true, true, false, false]);
        Assert.Equal(new ConfusionCounts(2, 1, 1, 1), counts);
        Assert.Equal(0.6, counts.Accuracy, 1e-12);
        Assert.Equal(2.0 / 3, counts.F1, 1e-12);
    }

    [Fact]
    public void Honest_probabilities_have_a_small_calibration_error()
    {
        var random = new Random(2);
        float[] scores = [.. Enumerable.Range(0, 50_000).Select(_ => random.NextSingle())];
        bool[] honest = [.. scores.Select(s => random.NextSingle() < s)];
        bool[] inverted = [.. honest.Select(h => !h)];
        Assert.True(CalibrationError.Expected(scores, honest) < 0.02);
        Assert.True(CalibrationError.Expected(scores, inverted) > 0.4);
    }

    [Fact]
    public void A_bootstrap_interval_covers_the_mean()
    {
        var random = new Random(3);
        double[] values = [.. Enumerable.Range(0, 400).Select(_ => random.NextDouble())];
        var (lower, upper) = Bootstrap.Interval(values.Length, sample => sample.Average(i => values[i]));
        Assert.InRange(values.Average(), lower, upper);
        Assert.InRange(upper - lower, 0.02, 0.12);
    }

    private static RocCurve Curve((float Score, bool Positive)[] rows) =>
        RocCurve.Of([.. rows.Select(r => r.Score)], [.. rows.Select(r => r.Positive)]);
}
