using SafeSwitch.Reliability.Soak;

namespace SafeSwitch.Reliability.Tests;

/// <summary>Some callers of each kind, of what the verb `soak` runs for minutes; too few to say anything of memory.</summary>
public sealed class SoakTests(MaterialFixture material)
{
    private const int Each = 4;

    [Fact]
    public async Task Answers_are_those_of_a_request_alone_however_other_callers_behave()
    {
        // Far more than any machine needs: it only ends a run that would hang, and then not every kind of caller was heard.
        using var watchdog = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        watchdog.CancelAfter(TimeSpan.FromMinutes(10));
        var soak = new SoakRun(material.Bundle, seed: 1, atOnce: 6, Enum.GetValues<Behaviour>()) { Each = Each, MostGrowth = double.PositiveInfinity };

        Assert.Equal(0, await soak.RunAsync(TimeSpan.Zero, watchdog.Token));

        Assert.Empty(soak.Finds);
        Assert.All(Enum.GetValues<Behaviour>(), b => Assert.True(soak.Ended(b) >= Each, $"{b}"));
    }
}
