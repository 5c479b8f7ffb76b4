using SafeSwitch.Backends;
using SafeSwitch.Guard;
using SafeSwitch.Policies;

namespace SafeSwitch.Tests;

/// <summary>A greedy answer and a verdict depend neither on what else runs nor on what is kept: invariant 12, to the last bit of the score.</summary>
public sealed class SharedMachineTests(ShippedModel model)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Answers_and_verdicts_of_many_at_once_are_those_of_each_alone()
    {
        Assert.Null(model.Loaded.Model.Info.WhyNoBatch);
        string[] prompts = [.. ShippedModel.Everyday, ShippedModel.Harmful, "List three rivers, and say where each of them ends."];
        var requests = prompts
            .SelectMany((p, i) => new[] { ShippedModel.Request(p), ShippedModel.Request(p, i % 2 == 0 ? ShippedModel.Always : new SafetyPolicy { WatchEvery = 4 }) })
            .ToArray();
        var alone = new List<GenerationResult>();
        foreach (var request in requests)
            alone.Add(await model.Guard.GenerateAsync(request, Token));

        var together = await Task.WhenAll(requests.Select(r => Task.Run(() => model.Guard.GenerateAsync(r, Token), Token)));

        Assert.Contains(alone, a => a.Intervened);
        Assert.Contains(alone, a => !a.Intervened);
        foreach (var (expected, found) in alone.Zip(together))
            Same(expected, found);
    }

    [Fact]
    public async Task A_conversation_that_goes_on_from_its_prefix_gets_the_answers_and_verdicts_of_whole_runs()
    {
        List<PromptMessage> messages = [PromptMessage.User("Tell me about the river Rhine and the towns that lie on it, and about bridges.")];
        string[] questions = ["And where does it end?", "Hm.", "How do I steal the password of somebody who lives there?"];
        foreach (var (turn, question) in questions.Index())
        {
            var request = new GenerationRequest { Messages = messages, MaxNewTokens = 12, Policy = turn == 1 ? ShippedModel.Always : null };
            var whole = await model.Guard.GenerateAsync(request, Token);
            var found = await model.Guard.GenerateAsync(request with { PrefixScope = "a conversation" }, Token);
            Same(whole, found);
            messages = [.. messages, PromptMessage.Assistant(found.Text), PromptMessage.User(question)];
        }
    }

    private static void Same(GenerationResult expected, GenerationResult found)
    {
        Assert.Equal(expected.Tokens, found.Tokens);
        Assert.Equal(
            (expected.Text, expected.Intervened, expected.Verdict!.PromptScore, expected.Verdict.ResponseScore, expected.Verdict.Action),
            (found.Text, found.Intervened, found.Verdict!.PromptScore, found.Verdict.ResponseScore, found.Verdict.Action));
    }
}
