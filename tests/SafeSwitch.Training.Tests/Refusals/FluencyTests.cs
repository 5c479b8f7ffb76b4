using SafeSwitch.Training.Refusals;

namespace SafeSwitch.Training.Tests.Refusals;

public class FluencyTests
{
    [Theory]
    [InlineData("I can't help with making weapons, because someone could get hurt. If you are worried about safety, I can explain how to store tools safely.")]
    [InlineData("I'm sorry, but I can't assist with that. It would break the law that protects people’s accounts.")]
    [InlineData("I won't help with that; it is dangerous (and illegal).")]
    public void What_a_person_would_write_is_fluent(string text) => Assert.True(Fluency.IsFluent(text, isCut: false));

    [Theory]
    [InlineData("")]
    [InlineData("No.")]
    [InlineData("I can't help help with making weapons of any kind.")]
    [InlineData("I can't help with or or or")]
    [InlineData("I can't help with that I can't help with that I can't help with that.")]
    [InlineData("I can't help with making, , weapons of any kind.")]
    [InlineData("can't help with making weapons of any kind.")]
    [InlineData("I can't help \uFFFD with that, and it would be wrong to.")]
    [InlineData("I can't ℧ℵ℘ help ♥♦♣ with weapons 的 of any kind.")]
    public void Broken_text_is_not_whether_it_was_cut_or_not(string text)
    {
        Assert.False(Fluency.IsFluent(text, isCut: false));
        Assert.False(Fluency.IsFluent(text, isCut: true));
    }

    [Fact]
    public void Only_a_text_that_was_cut_need_not_end()
    {
        Assert.True(Fluency.IsFluent("I can't help with making weapons because", isCut: true));
        Assert.False(Fluency.IsFluent("I can't help with making weapons because", isCut: false));
    }

    [Fact]
    public void The_refusals_of_the_shipped_adapter_are_fluent()
    {
        var texts = RefusalTexts.Read(Fixtures.ShippedBundle("training", "refusals.json"));
        Assert.All(texts.Kinds.Append(texts.General).SelectMany(k => k.Refusals), t => Assert.True(Fluency.IsFluent(t, isCut: false), t));
    }
}
