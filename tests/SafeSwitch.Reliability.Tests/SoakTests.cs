using SafeSwitch.Reliability.Soak;

namespace SafeSwitch.Reliability.Tests;

/// <summary>Some seconds of what the verb `soak` runs for minutes; too few to say anything of memory.</summary>
public sealed class SoakTests(MaterialFixture material)
{
    [Fact]
    public async Task Answers_are_those_of_a_request_alone_however_other_callers_behave()
    {
        var soak = new SoakRun(material.Bundle, seed: 1, atOnce: 6, Enum.GetValues<Behaviour>()) { Every = TimeSpan.FromSeconds(1), MostGrowth = double.PositiveInfinity };
        Assert.Equal(0, await soak.RunAsync(TimeSpan.FromSeconds(6), TestContext.Current.CancellationToken));
        Assert.Empty(soak.Finds);
        Assert.All(Enum.GetValues<Behaviour>(), b => Assert.True(soak.Ended(b) > 0, $"{b}"));
    }
}
