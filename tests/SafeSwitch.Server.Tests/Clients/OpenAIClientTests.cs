using System.ClientModel;
using System.Text.Json;
using OpenAI.Chat;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Server.Tests.Clients;

/// <summary>OpenAI's own client for .NET, with no address but ours.</summary>
public sealed class OpenAIClientTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_asks_and_is_answered()
    {
        await using var server = await TestServer.StartAsync();
        var chat = server.OpenAI.GetChatClient("toy");
        ChatMessage[] messages = [new SystemChatMessage("hi"), new UserChatMessage("hello")];
        var options = new ChatCompletionOptions { MaxOutputTokenCount = 5, Temperature = 0, TopP = 1, StopSequences = { "#" }, EndUserId = "anna", FrequencyPenalty = 0 };

        var whole = (await chat.CompleteChatAsync(messages, options, Token)).Value;
        var text = "";
        ChatFinishReason? reason = null;
        ChatTokenUsage? usage = null;
        await foreach (var update in chat.CompleteChatStreamingAsync(messages, options, Token))
        {
            text += string.Concat(update.ContentUpdate.Select(c => c.Text));
            reason = update.FinishReason ?? reason;
            usage = update.Usage ?? usage;
        }

        Assert.NotEmpty(text);
        Assert.Equal((whole.Content.Single().Text, whole.FinishReason, whole.Usage.TotalTokenCount), (text, reason, usage!.TotalTokenCount));
        Assert.Equal(("toy", ChatMessageRole.Assistant, ChatFinishReason.Length), (whole.Model, whole.Role, whole.FinishReason));
        Assert.True(whole.CreatedAt > DateTimeOffset.UnixEpoch.AddYears(50));
    }

    [Fact]
    public async Task It_sees_an_intervention_as_a_content_filter()
    {
        await using var server = await TestServer.StartAsync(
            ScriptedMonitor.Saying(VerdictAction.Intervene), guard: g => g.ConfigurePolicy("balanced", p => (p.Intervention, p.FixedRefusal) = (Intervention.FixedRefusal, "No.")));
        var chat = server.OpenAI.GetChatClient("toy");

        var whole = await chat.CompleteChatAsync([new UserChatMessage("hello")], cancellationToken: Token);
        var updates = await chat.CompleteChatStreamingAsync([new UserChatMessage("hello")], cancellationToken: Token).ToListAsync(Token);

        Assert.Equal(("No.", ChatFinishReason.ContentFilter), (whole.Value.Content.Single().Text, whole.Value.FinishReason));
        Assert.Equal(ChatFinishReason.ContentFilter, updates.Last(u => u.FinishReason is not null).FinishReason);
        // What is ours is in the answer's own bytes.
        Assert.True(JsonElement.Parse(whole.GetRawResponse().Content).GetProperty("safeswitch").GetProperty("intervened").GetBoolean());
    }

    [Fact]
    public async Task It_calls_tools_and_brings_their_results()
    {
        const string Call = """<tool_call>{"name": "weather", "arguments": {"city": "Oslo"}}</tool_call>""";
        var tokenizer = new ScriptedTokenizer(Call, Call, "rain");
        await using var server = await TestServer.StartAsync(model: new ToyModel { EndOdds = 0, Tokenizer = tokenizer });
        var chat = server.OpenAI.GetChatClient("toy");
        var options = new ChatCompletionOptions
        {
            Tools = { ChatTool.CreateFunctionTool("weather", "Tells it.", BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}}}""")) },
            StopSequences = { ScriptedTokenizer.End },
            AllowParallelToolCalls = true,
        };
        List<ChatMessage> messages = [new UserChatMessage("weather?")];

        var streamed = await chat.CompleteChatStreamingAsync(messages, options, Token).ToListAsync(Token);
        var asked = (await chat.CompleteChatAsync(messages, options, Token)).Value;
        messages.Add(new AssistantChatMessage(asked));
        messages.Add(new ToolChatMessage(asked.ToolCalls[0].Id, "rain in Oslo"));
        var told = (await chat.CompleteChatAsync(messages, options, Token)).Value;

        Assert.Equal(ChatFinishReason.ToolCalls, asked.FinishReason);
        Assert.Equal(("weather", """{"city":"Oslo"}"""), (asked.ToolCalls[0].FunctionName, asked.ToolCalls[0].FunctionArguments.ToString()));
        Assert.Equal("""{"city":"Oslo"}""", streamed.SelectMany(u => u.ToolCallUpdates).Single().FunctionArgumentsUpdate.ToString());
        Assert.Equal("rain", told.Content.Single().Text);
        // The call was the model's own; its result is somebody else's text.
        Assert.Equal([true, false, true], tokenizer.Messages[2].Select(m => m.IsContent));
        Assert.Equal("weather", tokenizer.Messages[2][2].ToolName);
    }

    [Fact]
    public async Task It_names_a_policy_in_its_metadata()
    {
        await using var server = await TestServer.StartAsync(configure: o => o.Policies.Add("strict"));
        var options = new ChatCompletionOptions { Metadata = { ["safeswitch_policy"] = "strict" } };

        var response = await server.OpenAI.GetChatClient("toy").CompleteChatAsync([new UserChatMessage("hello")], options, Token);

        Assert.Equal("strict", JsonElement.Parse(response.GetRawResponse().Content).GetProperty("safeswitch").GetProperty("policy").GetString());
    }

    [Fact]
    public async Task It_lists_models_and_moderates()
    {
        await using var server = await TestServer.StartAsync(ScriptedMonitor.Saying(VerdictAction.Intervene));

        var models = (await server.OpenAI.GetOpenAIModelClient().GetModelsAsync(Token)).Value;
        var results = (await server.OpenAI.GetModerationClient("toy").ClassifyTextAsync(["one", "two"], Token)).Value;

        Assert.Equal("toy", Assert.Single(models).Id);
        Assert.Equal([true, true], results.Select(r => r.Flagged));
    }

    [Theory]
    [InlineData("toy", "sk-wrong", 401)]
    [InlineData("other", TestServer.Key, 404)]
    public async Task It_understands_errors(string model, string key, int status)
    {
        await using var server = await TestServer.StartAsync();
        var chat = new ChatClient(model, new ApiKeyCredential(key), new OpenAI.OpenAIClientOptions { Endpoint = new Uri(server.Address, "/v1") });

        var error = await Assert.ThrowsAsync<ClientResultException>(async () => await chat.CompleteChatAsync([new UserChatMessage("hello")], cancellationToken: Token));

        Assert.Equal(status, error.Status);
    }
}
