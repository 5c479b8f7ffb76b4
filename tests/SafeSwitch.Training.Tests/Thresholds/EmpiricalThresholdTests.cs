using CsCheck;
using SafeSwitch.Training.Thresholds;

namespace SafeSwitch.Training.Tests.Thresholds;

public class EmpiricalThresholdTests
{
    /// <summary>Below 1, of few distinct values: ties are the rule.</summary>
    private static readonly Gen<float[]> Scores = Gen.OneOf(Gen.Float[0f, 0.99f], Gen.Int[0, 9].Select(i => i / 10f)).Array[1, 200];

    [Fact]
    public void No_more_than_the_share_is_flagged_and_no_lower_threshold_would_do() =>
        Gen.Select(Scores, Gen.Double[0, 1]).Sample((scores, rate) =>
        {
            var most = (int)Math.Floor(scores.Length * rate + 1e-9);
            var threshold = EmpiricalThreshold.Of(scores, rate);
            Assert.InRange(threshold, 0, 1);
            Assert.True(scores.Count(s => s >= threshold) <= most);
            if (threshold > 0)
                Assert.True(scores.Count(s => s >= MathF.BitDecrement((float)threshold)) > most);
        });

    [Fact]
    public void It_falls_as_the_rate_grows() =>
        Gen.Select(Scores, Gen.Double[0, 1], Gen.Double[0, 1]).Sample((scores, a, b) =>
            Assert.True(EmpiricalThreshold.Of(scores, Math.Min(a, b)) >= EmpiricalThreshold.Of(scores, Math.Max(a, b))));

    [Theory]
    [InlineData(100, 0.29, 29)]
    [InlineData(20, 0.049, 0)]
    [InlineData(20, 0.05, 1)]
    [InlineData(7, 3, 7)]
    public void The_share_of_rows_is_rounded_down(int rows, double rate, int most) => Assert.Equal(most, EmpiricalThreshold.MostFlagged(rows, rate));

    [Fact]
    public void Of_tied_scores_all_are_flagged_or_none() => Assert.Equal(MathF.BitIncrement(0.5f), EmpiricalThreshold.Of([0.5f, 0.5f, 0.5f, 0.1f], 0.5));

    [Theory]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    public void A_rate_that_is_none_is_refused(double rate) => Assert.ThrowsAny<ArgumentException>(() => EmpiricalThreshold.Of([0.5f], rate));
}
