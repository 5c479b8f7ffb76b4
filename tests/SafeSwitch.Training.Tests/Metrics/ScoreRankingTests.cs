using CsCheck;
using SafeSwitch.Training.Metrics;
using SafeSwitch.Training.Thresholds;

namespace SafeSwitch.Training.Tests.Metrics;

public class ScoreRankingTests
{
    // Few different scores, so that ties are common; rows that a sample draws not at all, once, or several times.
    private static readonly Gen<(float Score, bool Positive, int Draws)[]> Samples =
        Gen.Select(Gen.Int[0, 11].Select(i => i / 12f), Gen.Bool, Gen.Int[0, 3]).Array[4, 60]
            .Where(rows => rows.Any(r => r.Item2 && r.Item3 > 0) && rows.Any(r => !r.Item2 && r.Item3 > 0));

    [Fact]
    public void Figures_of_draws_are_those_of_the_rows_drawn_out() =>
        Gen.Select(Samples, Gen.Double[0.02, 0.5]).Sample((rows, bound) =>
        {
            var ranking = new ScoreRanking(rows.Select((r, i) => (i, r.Score, r.Positive)));
            int[] draws = [.. rows.Select(r => r.Draws)];
            var drawn = rows.SelectMany(r => Enumerable.Repeat(r, r.Draws)).ToList();
            float[] scores = [.. drawn.Select(r => r.Score)];
            bool[] positive = [.. drawn.Select(r => r.Positive)];

            Assert.Equal(RocCurve.Of(scores, positive).AreaUnderCurve, ranking.AreaUnderCurve(draws), 1e-9);
            Assert.Equal(
                CalibrationError.Expected(scores, positive),
                CalibrationError.Expected([.. rows.Select(r => r.Score)], [.. rows.Select(r => r.Positive)], draws), 1e-9);

            var negatives = drawn.Where(r => !r.Positive).Select(r => r.Score).ToList();
            Assert.Equal(
                drawn.Where(r => r.Positive).Average(r => r.Score >= ConformalThreshold.Of(negatives, bound) ? 1.0 : 0),
                ranking.RecallAt(bound, draws), 1e-12);
        });

    [Fact]
    public void One_class_has_no_area_and_no_positives_have_no_recall()
    {
        var ranking = new ScoreRanking([(0, 0.3f, false), (1, 0.7f, false)]);
        Assert.True(double.IsNaN(ranking.AreaUnderCurve([1, 1])));
        Assert.True(double.IsNaN(ranking.RecallAt(0.5, [1, 1])));
    }
}
