using CsCheck;
using SafeSwitch.Training.Judging;

namespace SafeSwitch.Training.Tests.Judging;

public class JudgeAgreementTests
{
    [Theory]
    [InlineData(20, 5, 10, 15, 0.7, 0.4)]
    [InlineData(45, 15, 25, 15, 0.6, 0.1304)]
    [InlineData(25, 35, 5, 35, 0.6, 0.2593)]
    [InlineData(10, 0, 0, 10, 1.0, 1.0)]
    [InlineData(0, 10, 10, 0, 0.0, -1.0)]
    public void Kappa_is_that_of_known_tables(int both, int onlyJudge, int onlyMatcher, int neither, double share, double kappa)
    {
        var agreement = new JudgeAgreement(both, onlyJudge, onlyMatcher, neither);
        Assert.Equal(share, agreement.Share!.Value, 4);
        Assert.Equal(kappa, agreement.Kappa!.Value, 4);
    }

    [Fact]
    public void Where_chance_agrees_wholly_there_is_no_kappa()
    {
        Assert.Null(new JudgeAgreement(0, 0, 0, 0).Share);
        Assert.Null(new JudgeAgreement(0, 0, 0, 0).Kappa);
        Assert.Null(new JudgeAgreement(7, 0, 0, 0).Kappa);
    }

    [Fact]
    public void It_counts_pairs_and_does_not_hang_on_who_is_first() =>
        Gen.Select(Gen.Bool, Gen.Bool).List[1, 60].Sample(pairs =>
        {
            var one = JudgeAgreement.Of(pairs.Select(p => (p.Item1, p.Item2)));
            var other = JudgeAgreement.Of(pairs.Select(p => (p.Item2, p.Item1)));
            Assert.Equal(pairs.Count, one.Answers);
            Assert.Equal(pairs.Count(p => p.Item1 == p.Item2) / (double)pairs.Count, one.Share!.Value, 12);
            Assert.Equal(one.Kappa ?? 2, other.Kappa ?? 2, 12);
            Assert.True(one.Kappa is null or (>= -1 and <= 1 + 1e-12));
        });
}
