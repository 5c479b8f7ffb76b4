using SafeSwitch.Training.Refusals;

namespace SafeSwitch.Training.Tests.Refusals;

public class FluencyTests
{
    [Theory]
    [InlineData("I can't help with weapons, because people could be hurt. I can explain how to stay safe.", true, true)]
    [InlineData("I can't help with weapons", true, false)]
    [InlineData("I can't help with weapons, because people could be hurt.", false, false)]
    [InlineData("I can't help with that, because I can't help with that, because I can't help with that.", true, false)]
    [InlineData("I can't can't help with that.", true, false)]
    [InlineData("I can't help \uFFFD with that.", true, false)]
    [InlineData("", true, false)]
    public void A_fluent_text_ends_and_does_not_go_in_circles(string answer, bool ended, bool fluent) =>
        Assert.Equal(fluent, Fluency.IsFluent(answer, ended));

    [Fact]
    public void The_refusals_of_the_shipped_adapter_are_fluent()
    {
        var texts = RefusalTexts.Read(Fixtures.ShippedBundle("training", "refusals.json"));
        Assert.All(texts.Kinds.Append(texts.General).SelectMany(k => k.Refusals), t => Assert.True(Fluency.IsFluent(t, ended: true), t));
    }
}
