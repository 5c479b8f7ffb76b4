using SafeSwitch.Evaluation.Figures;

namespace SafeSwitch.Evaluation.Tests.Figures;

public class McNemarTests
{
    [Fact]
    public void McNemar_is_the_sign_test_on_disagreements()
    {
        Assert.Equal(1, new McNemar(0, 0).PValue);
        Assert.Equal(2 * Math.Pow(0.5, 6), new McNemar(6, 0).PValue, 1e-12);
        Assert.Equal(1, new McNemar(5, 5).PValue);
        Assert.True(new McNemar(600, 400).PValue is > 0 and < 1e-9);
        Assert.Equal(new McNemar(1, 1), McNemar.Of([(true, false), (false, true), (true, true)]));
    }
}
