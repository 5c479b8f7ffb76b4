using System.Text.Json;
using Microsoft.Extensions.AI;
using SafeSwitch.Backends;
using SafeSwitch.Chat;
using SafeSwitch.Guard;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Tests.Chat;

public sealed class ToolTests
{
    private const string Call = "<tool_call>{\"name\": \"weather\", \"arguments\": {\"city\": \"Paris\"}}</tool_call>";

    private readonly AIFunction weather = AIFunctionFactory.Create((string city) => $"It is sunny in {city}.", "weather", "Tells the weather.");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Functions_are_called_and_their_results_are_read_as_content(bool isStreaming)
    {
        var script = new ScriptedTokenizer(Call, "Take sunglasses.");
        await using var guard = Toy.Guard(Model(script), ScriptedMonitor.Saying(VerdictAction.Continue));
        var client = new SafeSwitchChatClient(guard).AsBuilder().UseFunctionInvocation().Build();
        var options = new ChatOptions { Tools = [weather], StopSequences = [ScriptedTokenizer.End] };

        var response = isStreaming
            ? await client.GetStreamingResponseAsync("Umbrella?", options, TestContext.Current.CancellationToken).ToChatResponseAsync(TestContext.Current.CancellationToken)
            : await client.GetResponseAsync("Umbrella?", options, TestContext.Current.CancellationToken);

        Assert.Equal("Take sunglasses.", response.Messages[^1].Text);
        Assert.DoesNotContain("tool_call", response.Text, StringComparison.Ordinal);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        Assert.Equal(["weather"], script.Tools[0].Select(t => t.Name));
        var (asked, called, answered) = (script.Messages[1][0], script.Messages[1][1], script.Messages[1][2]);
        Assert.Equal(("Umbrella?", "weather", "Paris"), (asked.Content, Assert.Single(called.ToolCalls).Name, called.ToolCalls[0].Arguments.GetProperty("city").GetString()));
        Assert.Equal(("tool", "It is sunny in Paris.", "weather", true), (answered.Role, answered.Content, answered.ToolName, answered.IsContent));
        Assert.Equal(called.ToolCalls[0].Id, answered.ToolCallId);
    }

    [Fact]
    public async Task A_call_ends_the_answer_as_one_and_is_not_text()
    {
        await using var guard = Toy.Guard(Model(new ScriptedTokenizer("Well. " + Call + Call)), ScriptedMonitor.Saying(VerdictAction.Continue));
        using var client = new SafeSwitchChatClient(guard);
        var options = new ChatOptions { Tools = [weather], StopSequences = [ScriptedTokenizer.End] };

        var updates = await client.GetStreamingResponseAsync("x", options).ToListAsync(TestContext.Current.CancellationToken);

        var response = updates.ToChatResponse();
        Assert.Equal(("Well. ", ChatFinishReason.ToolCalls), (response.Text, response.FinishReason));
        Assert.Equal(2, response.Messages[0].Contents.OfType<FunctionCallContent>().Count());
        Assert.Equal(response.Usage!.InputTokenCount + response.Usage.OutputTokenCount, response.Usage.TotalTokenCount);
        Assert.DoesNotContain(updates.SelectMany(u => u.Contents).OfType<TextContent>(), t => t.Text.Length == 0);
        Assert.NotNull(updates[0].GetSafetyVerdict());
        Assert.All(updates, u => Assert.DoesNotContain('{', u.Text));
    }

    [Fact]
    public async Task One_call_alone_if_that_is_asked_for()
    {
        var rome = Call.Replace("Paris", "Rome", StringComparison.Ordinal);
        await using var guard = Toy.Guard(Model(new ScriptedTokenizer(Call + rome)), ScriptedMonitor.Saying(VerdictAction.Continue));
        using var client = new SafeSwitchChatClient(guard);

        var response = await client.GetResponseAsync("x", new ChatOptions { Tools = [weather], AllowMultipleToolCalls = false, StopSequences = [ScriptedTokenizer.End] });

        Assert.Equal("Paris", $"{Assert.Single(response.Messages[0].Contents.OfType<FunctionCallContent>()).Arguments!["city"]}");
    }

    [Fact]
    public async Task A_call_that_was_cut_off_is_not_text()
    {
        await using var guard = Toy.Guard(Model(new ScriptedTokenizer("Well. " + Call)), ScriptedMonitor.Saying(VerdictAction.Continue));
        using var client = new SafeSwitchChatClient(guard);

        var response = await client.GetResponseAsync("x", new ChatOptions { Tools = [weather], MaxOutputTokens = 8 });

        Assert.Equal(("Well. ", ChatFinishReason.Length), (response.Text, response.FinishReason));
    }

    [Fact]
    public async Task Without_tools_nothing_is_taken_out_of_an_answer()
    {
        await using var guard = Toy.Guard(Model(new ScriptedTokenizer(Call)), ScriptedMonitor.Saying(VerdictAction.Continue));
        using var client = new SafeSwitchChatClient(guard);

        var response = await client.GetResponseAsync("x", new ChatOptions { StopSequences = [ScriptedTokenizer.End] });

        Assert.Equal((Call, ChatFinishReason.Stop), (response.Text, response.FinishReason));
    }

    [Fact]
    public async Task An_answer_that_the_guard_changed_calls_nothing()
    {
        // The call is cleared at the first look; the rest is not.
        await using var guard = Toy.Guard(Model(new ScriptedTokenizer(Call + "and more of it that goes on and on")),
            ScriptedMonitor.Saying([.. Enumerable.Repeat(VerdictAction.Continue, 6), VerdictAction.Intervene]));
        using var client = new SafeSwitchChatClient(guard);
        var policy = new SafetyPolicy { WatchEvery = 4, Intervention = Intervention.FixedRefusal };

        var response = await client.GetResponseAsync("x", new ChatOptions { Tools = [weather] }.WithSafetyPolicy(policy));

        Assert.Equal(ChatFinishReason.ContentFilter, response.FinishReason);
        Assert.Empty(response.Messages[0].Contents.OfType<FunctionCallContent>());
        Assert.EndsWith(policy.FixedRefusal, response.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_without_a_place_for_tools_says_so()
    {
        await using var guard = Toy.Guard(new ToyModel(), ScriptedMonitor.Saying(VerdictAction.Continue));
        using var client = new SafeSwitchChatClient(guard);

        await Assert.ThrowsAsync<NotSupportedException>(() => client.GetResponseAsync("x", new ChatOptions { Tools = [weather] }));
    }

    [Fact]
    public void A_history_with_calls_and_results_is_a_message_each()
    {
        var messages = ChatRequests.ToRequest(
            [
                new(ChatRole.Assistant, [new TextContent("I look."), new FunctionCallContent("1", "weather", new Dictionary<string, object?> { ["city"] = "Paris" }), new FunctionCallContent("2", "time")]),
                new(ChatRole.Tool, [new FunctionResultContent("1", "rain"), new FunctionResultContent("2", JsonSerializer.SerializeToElement(new { hour = 7 }))]),
                new(ChatRole.Assistant, [new FunctionResultContent("1", "said by nobody here")]),
            ],
            null,
            null!).Messages;

        Assert.Equal(["I look.", "rain", "{\"hour\":7}", "said by nobody here"], messages.Select(m => m.Content));
        Assert.Equal(["weather", "time"], messages[0].ToolCalls.Select(c => c.Name));
        Assert.Equal("{\"city\":\"Paris\"}", messages[0].ToolCalls[0].Arguments.GetRawText());
        Assert.Equal([("1", "weather"), ("2", "time"), ("1", "weather")], messages.Skip(1).Select(m => (m.ToolCallId, m.ToolName)));
        Assert.All(messages.Skip(1), m => Assert.True(m.IsContent));
    }

    [Theory]
    [InlineData("{\"a\": 1}", null)]
    [InlineData("Here: {\"a\": 1}", "isn't JSON")]
    [InlineData("[1]", "expected object")]
    [InlineData("{\"b\": 1}", "lacks a")]
    public async Task An_answer_that_is_not_the_JSON_asked_for_ends_with_an_error(string answer, string? fault)
    {
        await using var guard = Toy.Guard(Model(new ScriptedTokenizer(answer)), ScriptedMonitor.Saying(VerdictAction.Continue));
        using var client = new SafeSwitchChatClient(guard);
        var schema = JsonElement.Parse("""{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}""");

        var response = await client.GetResponseAsync("x", new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(schema), StopSequences = [ScriptedTokenizer.End] });

        Assert.Equal(answer, response.Text);
        var error = response.Messages[0].Contents.OfType<ErrorContent>().SingleOrDefault();
        Assert.Equal(fault is null ? null : SafeSwitchChat.InvalidJsonCode, error?.ErrorCode);
        Assert.Contains(fault ?? "", error?.Message ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("7", "\"number\"", null)]
    [InlineData("7", "\"integer\"", null)]
    [InlineData("7.5", "\"integer\"", "found number, expected integer.")]
    [InlineData("true", "\"number\"", "found boolean, expected number.")]
    [InlineData("\"a\"", "[\"integer\", \"number\"]", "found string, expected integer or number.")]
    [InlineData("{\"b\": 1}", "\"object\"", "it lacks a, c.")]
    [InlineData("{\"\\ud800xx\": 1}", "\"object\"", "isn't JSON")]
    public void A_type_of_the_schema_is_that_of_the_answer(string answer, string type, string? fault)
    {
        var format = new ChatResponseFormatJson(JsonElement.Parse($$"""{"type":{{type}},"required":["a","b","c"]}"""));

        var found = JsonAnswer.FindFault(answer, format);

        Assert.Equal(fault is null, found is null);
        Assert.Contains((fault ?? "").TrimEnd('.'), found ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":7,"required":"a"}""", "lacks a")]
    [InlineData("""{"type":[null,"string"],"required":{}}""", "expected string")]
    [InlineData("""{"type":{},"required":[1]}""", null)]
    [InlineData("true", null)]
    public async Task A_schema_that_is_odd_ends_no_answer_with_an_exception(string schema, string? fault)
    {
        await using var guard = Toy.Guard(Model(new ScriptedTokenizer("{\"b\": 1}")), ScriptedMonitor.Saying(VerdictAction.Continue));
        using var client = new SafeSwitchChatClient(guard);

        var response = await client.GetResponseAsync(
            "x", new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonElement.Parse(schema)), StopSequences = [ScriptedTokenizer.End] });

        Assert.Equal(fault is null, !response.Messages[0].Contents.OfType<ErrorContent>().Any());
        Assert.Contains(fault ?? "", response.Messages[0].Contents.OfType<ErrorContent>().SingleOrDefault()?.Message ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_typed_answer_is_read_as_the_extensions_expect_it()
    {
        await using var guard = Toy.Guard(Model(new ScriptedTokenizer("""{"data": 7}""")), ScriptedMonitor.Saying(VerdictAction.Continue));
        using var client = new SafeSwitchChatClient(guard);

        var response = await client.GetResponseAsync<int>("x", new ChatOptions { StopSequences = [ScriptedTokenizer.End] });

        Assert.Equal(7, response.Result);
    }

    private static ToyModel Model(ScriptedTokenizer script) => new() { EndOdds = 0, Tokenizer = script };
}
