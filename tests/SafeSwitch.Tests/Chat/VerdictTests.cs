using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using SafeSwitch.Chat;
using SafeSwitch.Guard;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Tests.Chat;

public sealed class VerdictTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_verdict_outlives_a_distributed_cache(bool isStreaming)
    {
        await using var guard = Toy.Guard(new ToyModel { EndOdds = 0 }, ScriptedMonitor.Saying(VerdictAction.Pilot, VerdictAction.Intervene));
        var cached = new SafeSwitchChatClient(guard).AsBuilder()
            .UseDistributedCache(new MemoryDistributedCache(Options.Create(new MemoryDistributedCacheOptions())))
            .Build();
        var options = new ChatOptions { MaxOutputTokens = 9 };

        var first = await AskAsync();
        var second = await AskAsync();

        Assert.Equal(VerdictAction.Intervene, first.GetSafetyVerdict()!.Action);
        Assert.Equal(first.GetSafetyVerdict(), second.GetSafetyVerdict());
        Assert.Equal((first.Text, first.ResponseId), (second.Text, second.ResponseId));

        Task<ChatResponse> AskAsync() => isStreaming
            ? cached.GetStreamingResponseAsync("hello", options, TestContext.Current.CancellationToken).ToChatResponseAsync(TestContext.Current.CancellationToken)
            : cached.GetResponseAsync("hello", options, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_message_and_its_response_keep_it_as_JSON_without_tokens_or_a_second_copy_of_the_text()
    {
        var response = await AnswerAsync();
        // What native AOT has: no reflection beside the options' own metadata.
        var options = new JsonSerializerOptions(AIJsonUtilities.DefaultOptions) { TypeInfoResolver = new SourceGeneratedOnly(AIJsonUtilities.DefaultOptions.TypeInfoResolver!) };

        var json = JsonSerializer.Serialize(response, options);
        var again = JsonSerializer.Deserialize<ChatResponse>(json, options)!;
        var message = JsonSerializer.Deserialize<ChatMessage>(JsonSerializer.Serialize(response.Messages[0], options), options)!;

        Assert.Equal(response.GetSafetyVerdict(), again.GetSafetyVerdict());
        Assert.Equal(response.GetSafetyVerdict(), message.GetSafetyVerdict());
        Assert.Equal(2, json.Split("\"text\":").Length);
        Assert.DoesNotContain("tokens\":[", json, StringComparison.OrdinalIgnoreCase);
        Assert.True(json.Length < 1200, json);
    }

    [Fact]
    public async Task The_first_update_that_knows_it_has_it_and_each_that_knows_more()
    {
        await using var guard = Toy.Guard(new ToyModel { EndOdds = 0 }, ScriptedMonitor.Saying(VerdictAction.Continue));
        using var client = new SafeSwitchChatClient(guard);

        var updates = await client.GetStreamingResponseAsync("hello", new ChatOptions { MaxOutputTokens = 6 }.WithSafetyPolicy(new SafetyPolicy { WatchEvery = 2 }))
            .ToListAsync(TestContext.Current.CancellationToken);

        Assert.NotNull(updates[0].GetSafetyVerdict());
        var verdicts = updates.Select(u => u.GetSafetyVerdict()).OfType<SafetyVerdict>().ToArray();
        Assert.Equal(3, verdicts.Length);
        Assert.Equal(verdicts[^1], updates.ToChatResponse().GetSafetyVerdict());
    }

    [Fact]
    public async Task The_whole_result_is_the_raw_representation()
    {
        var response = await AnswerAsync();

        var result = Assert.IsType<GenerationResult>(response.RawRepresentation);
        Assert.Equal((response.Text, response.GetSafetyVerdict()), (result.Text, result.Verdict));
    }

    [Fact]
    public void What_stands_in_its_place_is_refused_and_what_has_none_has_none()
    {
        Assert.Null(new ChatMessage(ChatRole.User, "x").GetSafetyVerdict());
        Assert.Null(new ChatResponseUpdate().GetSafetyVerdict());
        Assert.Null(new ChatResponse().GetSafetyVerdict());
        Assert.Throws<JsonException>(() => new ChatMessage { AdditionalProperties = new() { [SafeSwitchChat.VerdictKey] = "fine" } }.GetSafetyVerdict());
        Assert.Throws<JsonException>(() => new ChatMessage { AdditionalProperties = new() { [SafeSwitchChat.VerdictKey] = JsonSerializer.SerializeToElement(new { action = 7 }) } }.GetSafetyVerdict());
    }

    private static async Task<ChatResponse> AnswerAsync()
    {
        await using var guard = Toy.Guard(new ToyModel { EndOdds = 0 }, ScriptedMonitor.Saying(VerdictAction.Pilot, VerdictAction.Intervene));
        using var client = new SafeSwitchChatClient(guard);
        return await client.GetResponseAsync("hello", new ChatOptions { MaxOutputTokens = 9 });
    }

    private sealed class SourceGeneratedOnly(IJsonTypeInfoResolver inner) : IJsonTypeInfoResolver
    {
        public JsonTypeInfo? GetTypeInfo(Type type, JsonSerializerOptions options) =>
            type.Assembly == typeof(SafetyVerdict).Assembly ? null : inner.GetTypeInfo(type, options);
    }
}
