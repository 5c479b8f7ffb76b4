using Microsoft.Extensions.AI;
using SafeSwitch.Backends;
using SafeSwitch.Chat;
using SafeSwitch.Guard;

namespace SafeSwitch.Tests;

/// <summary>Counts what the whole process allocates, so nothing else may run beside it.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection;

/// <summary>A prompt that can't fit costs what one that fits costs, on the whole way from a chat client's messages to the model.</summary>
[Collection(nameof(AloneCollection))]
public sealed class LongPromptTests(ShippedModel shipped)
{
    private const int Enormous = 100_000_000;
    private const long MostBytes = 10_000_000;

    public static TheoryData<string> Wheres => ["the last message", "an earlier message", "a message in parts", "the instructions", "the role"];

    [Theory, MemberData(nameof(Wheres))]
    public async Task A_hundred_million_characters_are_refused_at_the_cost_of_the_context(string where)
    {
        using var client = new SafeSwitchChatClient(shipped.Guard);
        await client.GetResponseAsync(new ChatMessage(ChatRole.User, "warm"), new ChatOptions { MaxOutputTokens = 1 });
        var text = new string(where == "the role" ? 'r' : 'x', Enormous);
        var options = new ChatOptions { MaxOutputTokens = 1, Instructions = where == "the instructions" ? text : null };
        ChatMessage[] messages = where switch
        {
            "the last message" => [new(ChatRole.User, text)],
            "an earlier message" => [new(ChatRole.User, text), new(ChatRole.Assistant, "Yes?"), new(ChatRole.User, "Go on.")],
            "a message in parts" => [new(ChatRole.User, [new TextReasoningContent(text), new TextContent(text)])],
            "the role" => [new(new ChatRole(text), "Hello")],
            _ => [new(ChatRole.User, "Hello")],
        };
        var before = GC.GetTotalAllocatedBytes(precise: true);

        var error = await Assert.ThrowsAsync<PromptTooLongException>(() => client.GetResponseAsync(messages, options));

        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, MostBytes);
        Assert.Equal((shipped.Guard.Info.ContextLength, true), (error.ContextLength, error.IsMinimum));
        Assert.InRange(error.PromptTokens, error.ContextLength, Enormous);
    }

    [Fact]
    public async Task Many_small_messages_are_refused_no_later_than_one_large_one()
    {
        PromptMessage[] messages = [.. Enumerable.Range(0, 50_000).Select(i => i % 2 == 0 ? PromptMessage.User("Tell me more.") : PromptMessage.Assistant("More."))];
        var request = new GenerationRequest { Messages = messages, MaxNewTokens = 1 };
        var before = GC.GetTotalAllocatedBytes(precise: true);

        await Assert.ThrowsAsync<PromptTooLongException>(() => shipped.Guard.GenerateAsync(request));

        // A few objects a message, since each may be read by the template; but not the text of them all.
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, messages.Length * 2_000L);
    }
}
