using SafeSwitch.Guard;

namespace SafeSwitch.Evaluation.Tests;

public class RefusalFluencyTests
{
    [Theory]
    [InlineData("I can't help with making weapons, because someone could get hurt. If you are worried about safety, I can explain how to store tools safely.")]
    [InlineData("I'm sorry, but I can't assist with that. It would break the law that protects people’s accounts.")]
    [InlineData("I won't help with that; it is dangerous (and illegal).")]
    public void What_a_person_would_write_is_fluent(string text) => Assert.True(RefusalFluency.IsFluent(text, FinishReason.EndOfAnswer));

    [Theory]
    [InlineData("")]
    [InlineData("No.")]
    [InlineData("I can't help help with making weapons of any kind.")]
    [InlineData("I can't help with that I can't help with that I can't help with that.")]
    [InlineData("I can't help with making, , weapons of any kind.")]
    [InlineData("I can't help with making weapons because")]
    [InlineData("can't help with making weapons of any kind.")]
    [InlineData("I can't ℧ℵ℘ help ♥♦♣ with weapons 的 of any kind.")]
    public void Broken_text_is_not(string text) => Assert.False(RefusalFluency.IsFluent(text, FinishReason.EndOfAnswer));

    [Fact]
    public void A_text_that_was_cut_need_not_end() =>
        Assert.True(RefusalFluency.IsFluent("I can't help with making weapons because", FinishReason.Length));
}
