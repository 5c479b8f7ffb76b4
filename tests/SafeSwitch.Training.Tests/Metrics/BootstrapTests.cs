using SafeSwitch.Training.Metrics;

namespace SafeSwitch.Training.Tests.Metrics;

public class BootstrapTests
{
    [Fact]
    public void A_share_gets_the_binomial_interval()
    {
        // 20 of 100: the 2.5% and 97.5% points of Binomial(100, 0.2) are 12 and 28.
        var share = Bootstrap.OfDraws(new int[100], draws => draws.Take(20).Sum() / 100.0, samples: 4000);
        Assert.Equal(0.2, share.Value, 1e-12);
        Assert.InRange(share.Lower, 0.11, 0.13);
        Assert.InRange(share.Upper, 0.27, 0.29);
    }

    [Fact]
    public void Every_sample_has_as_many_rows_of_each_kind()
    {
        int[] kinds = [.. Enumerable.Range(0, 50).Select(i => i % 3)];
        var draws = 0;
        Bootstrap.OfDraws(kinds, counts =>
        {
            draws++;
            Assert.Equal([17, 17, 16], Enumerable.Range(0, 3).Select(kind => counts.Where((_, i) => kinds[i] == kind).Sum()));
            return 0;
        }, samples: 50);
        Assert.Equal(51, draws);
    }

    [Theory]
    [InlineData(1, 0.741, 1)]
    [InlineData(0, 0, 0.259)]
    public void A_share_that_no_sample_moves_has_the_interval_that_so_few_rows_allow(double value, double lower, double upper)
    {
        // 11 positive rows among 40: as Wilson's interval of 11 of 11.
        var estimate = Bootstrap.OfDraws([.. Enumerable.Range(0, 40).Select(i => i < 11 ? 1 : 0)], _ => value);
        Assert.Equal((value, lower, upper), (estimate.Value, Math.Round(estimate.Lower, 3), Math.Round(estimate.Upper, 3)));
    }

    [Fact]
    public void Samples_without_the_figure_do_not_count_and_a_seed_gives_the_same()
    {
        Assert.Equal((double.NaN, double.NaN), Bootstrap.Interval(5, _ => double.NaN));
        static double Once(int[] draws) => draws[0] == 0 ? double.NaN : draws[0];
        var estimate = Bootstrap.OfDraws(new int[10], Once);
        Assert.True(estimate.Lower >= 1);
        Assert.Equal(estimate, Bootstrap.OfDraws(new int[10], Once));
    }
}
