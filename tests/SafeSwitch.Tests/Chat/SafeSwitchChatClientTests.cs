using Microsoft.Extensions.AI;
using SafeSwitch.Chat;
using SafeSwitch.Guard;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Tests.Chat;

public class SafeSwitchChatClientTests
{
    [Theory]
    [InlineData(Intervention.RefusalAdapter)]
    [InlineData(Intervention.FixedRefusal)]
    [InlineData(Intervention.Stop)]
    [InlineData(Intervention.ObserveOnly)]
    public async Task Every_intervention_is_a_content_filter(Intervention intervention)
    {
        await using var guard = Toy.Guard(new ToyModel { EndOdds = 0 }, ScriptedMonitor.Saying(VerdictAction.Pilot, VerdictAction.Intervene));
        using var client = new SafeSwitchChatClient(guard);

        var response = await client.GetResponseAsync("hello", new ChatOptions { MaxOutputTokens = 9 }.WithSafetyPolicy(new SafetyPolicy { Intervention = intervention }));

        var isObserved = intervention == Intervention.ObserveOnly;
        Assert.Equal(isObserved ? ChatFinishReason.Length : ChatFinishReason.ContentFilter, response.FinishReason);
        Assert.Equal(VerdictAction.Intervene, response.GetSafetyVerdict()!.Action);
        Assert.Equal(isObserved ? null : 3, response.Usage!.AdditionalCounts?[SafeSwitchChat.DiscardedTokensKey]);
        Assert.NotNull(response.CreatedAt);
    }

    [Fact]
    public async Task Mistakes_are_told_at_the_call()
    {
        await using var guard = Toy.Guard(new ToyModel(), ScriptedMonitor.Saying(VerdictAction.Continue));
        using var client = new SafeSwitchChatClient(guard);

        Assert.Throws<ArgumentException>(() => client.GetStreamingResponseAsync("x", new ChatOptions().WithSafetyPolicy("nosuch")));
        Assert.Throws<ArgumentOutOfRangeException>(() => client.GetStreamingResponseAsync("x", new ChatOptions { MaxOutputTokens = 0 }));
    }

    [Fact]
    public async Task A_pipeline_that_disposes_what_it_is_given_leaves_the_model_alone()
    {
        await using var guard = Toy.Guard(new ToyModel(), ScriptedMonitor.Saying(VerdictAction.Continue));
        using var client = new SafeSwitchChatClient(guard);

        Assert.Same(client, client.GetService<object>());
        Assert.Null(client.GetService<IAsyncDisposable>());
        Assert.Same(guard, client.GetService<GuardedModel>());
        Assert.Null(client.GetService(typeof(GuardedModel), "key"));
    }

    [Fact]
    public async Task The_call_returns_before_anything_is_computed_and_requests_overlap()
    {
        using var computing = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var model = new ToyModel { EndOdds = 0, BeforeRun = _ => { computing.Set(); goOn.Wait(); } };
        await using var guard = Toy.Guard(model, ScriptedMonitor.Saying(VerdictAction.Continue));
        using var client = new SafeSwitchChatClient(guard);

        var first = client.GetResponseAsync("hello", new ChatOptions().WithSafetyPolicy(new SafetyPolicy()));
        var second = client.GetResponseAsync("hello", new ChatOptions().WithSafetyPolicy(new SafetyPolicy()));
        computing.Wait(TestContext.Current.CancellationToken);
        Assert.False(first.IsCompleted || second.IsCompleted);
        goOn.Set();

        Assert.Equal((await first).Text, (await second).Text);
    }
}
