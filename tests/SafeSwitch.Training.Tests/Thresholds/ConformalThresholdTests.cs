using CsCheck;
using SafeSwitch.Training.Thresholds;

namespace SafeSwitch.Training.Tests.Thresholds;

public class ConformalThresholdTests
{
    [Fact]
    public void The_bound_holds_over_draws_of_calibration_and_traffic()
    {
        // The theorem's guarantee is on average over calibration sets: many small ones show it.
        var random = new Random(7);
        foreach (var (n, alpha) in new[] { (120, 0.01), (99, 0.05), (500, 0.003), (40, 0.2) })
        {
            long flagged = 0, total = 0;
            for (var draw = 0; draw < 2000; draw++)
            {
                var threshold = ConformalThreshold.Of([.. Enumerable.Range(0, n).Select(_ => Score(random))], alpha);
                for (var i = 0; i < 50; i++, total++)
                    flagged += Score(random) >= threshold ? 1 : 0;
            }

            var rate = (double)flagged / total;
            Assert.True(rate <= alpha * 1.15, $"n {n}: {rate:P2} flagged, bound {alpha:P2}");
            Assert.True(rate >= (alpha - 1.0 / (n + 1)) * 0.85, $"n {n}: {rate:P2} flagged is needlessly few for {alpha:P2}");
        }

        // Ties included: a score in five is the same number.
        static float Score(Random random) => random.Next(5) == 0 ? 0.25f : random.NextSingle() * random.NextSingle();
    }

    [Fact]
    public void On_its_own_rows_it_never_flags_more_than_the_bound() =>
        Gen.Select(Gen.Float[0f, 1f].Array[1, 400], Gen.Double[0.001, 0.5]).Sample((scores, alpha) =>
        {
            var threshold = ConformalThreshold.Of(scores, alpha);
            Assert.InRange(threshold, 0, 1);
            if (threshold < 1)
                Assert.True(scores.Count(s => s >= threshold) <= alpha * (scores.Length + 1));
        });

    [Fact]
    public void Too_few_rows_flag_nothing() => Assert.Equal(1, ConformalThreshold.Of([0.1f, 0.2f], 0.01));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void A_bound_outside_0_and_1_is_refused(double bound) =>
        Assert.ThrowsAny<ArgumentException>(() => ConformalThreshold.Of([0.5f], bound));
}
