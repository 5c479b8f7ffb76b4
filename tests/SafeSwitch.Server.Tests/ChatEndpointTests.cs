using System.Net;
using System.Text.Json;
using SafeSwitch.Backends;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Server.Tests;

/// <summary>What comes of a request on the wire, field by field.</summary>
public sealed class ChatEndpointTests
{
    private const string Path = "/v1/chat/completions";
    private const string Hello = """{"model":"toy","messages":[{"role":"user","content":"hello"}],"max_tokens":5}""";

    [Fact]
    public async Task An_answer_is_a_completion_with_its_verdict_in_one_field_of_ours()
    {
        await using var server = await TestServer.StartAsync();

        var (response, body) = await server.PostAsync(Path, Hello);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["id", "object", "created", "model", "choices", "usage", "safeswitch"], body.EnumerateObject().Select(p => p.Name));
        Assert.Equal("chat.completion", body.GetProperty("object").GetString());
        var choice = body.GetProperty("choices")[0];
        Assert.Equal("length", choice.GetProperty("finish_reason").GetString());
        Assert.Equal(5, choice.GetProperty("message").GetProperty("content").GetString()!.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal("""{"prompt_tokens":7,"completion_tokens":5,"total_tokens":12}""", body.GetProperty("usage").GetRawText());
        var guard = body.GetProperty("safeswitch");
        Assert.Equal((false, "balanced"), (guard.GetProperty("intervened").GetBoolean(), guard.GetProperty("policy").GetString()));
        Assert.Equal("Continue", guard.GetProperty("verdict").GetProperty("action").GetString());
        Assert.True(guard.GetProperty("milliseconds").GetProperty("total").GetDouble() > 0);
    }

    [Fact]
    public async Task A_stream_put_together_is_the_whole_answer()
    {
        await using var server = await TestServer.StartAsync();

        var (_, whole) = await server.PostAsync(Path, Hello);
        var events = await server.EventsAsync(Hello[..^1] + ""","stream":true,"stream_options":{"include_usage":true}}""");

        Assert.All(events, e => Assert.Equal("chat.completion.chunk", e.GetProperty("object").GetString()));
        Assert.Single(events.Select(e => e.GetProperty("id").GetString()).Distinct());
        Assert.Equal("assistant", events[0].GetProperty("choices")[0].GetProperty("delta").GetProperty("role").GetString());
        var deltas = events.SkipLast(1).Select(e => e.GetProperty("choices")[0]).ToArray();
        var text = string.Concat(deltas.Select(d => d.GetProperty("delta").TryGetProperty("content", out var c) ? c.GetString() : ""));
        Assert.Equal(whole.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString(), text);
        Assert.Equal("length", Assert.Single(deltas, d => d.GetProperty("finish_reason").ValueKind == JsonValueKind.String).GetProperty("finish_reason").GetString());
        Assert.Empty(events[^1].GetProperty("choices").EnumerateArray());
        Assert.Equal(whole.GetProperty("usage").GetRawText(), events[^1].GetProperty("usage").GetRawText());
        Assert.False(events[^2].GetProperty("safeswitch").GetProperty("intervened").GetBoolean());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_intervention_is_a_content_filter_and_says_why(bool isStreaming)
    {
        await using var server = await TestServer.StartAsync(
            ScriptedMonitor.Saying(VerdictAction.Intervene), guard: g => g.ConfigurePolicy("balanced", p => (p.Intervention, p.FixedRefusal) = (Intervention.FixedRefusal, "No.")));

        JsonElement end, message;
        if (isStreaming)
        {
            var events = await server.EventsAsync(Hello[..^1] + ""","stream":true}""");
            (end, message) = (events[^1], events[1].GetProperty("choices")[0].GetProperty("delta"));
            Assert.Equal("Intervene", events[1].GetProperty("safeswitch").GetProperty("verdict").GetProperty("action").GetString());
        }
        else
        {
            (_, end) = await server.PostAsync(Path, Hello);
            message = end.GetProperty("choices")[0].GetProperty("message");
        }

        Assert.Equal("No.", message.GetProperty("content").GetString());
        Assert.Equal("content_filter", end.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.True(end.GetProperty("safeswitch").GetProperty("intervened").GetBoolean());
        Assert.Equal("scripted", end.GetProperty("safeswitch").GetProperty("verdict").GetProperty("reason").GetString());
    }

    [Fact]
    public async Task An_operator_may_keep_what_the_guard_saw()
    {
        await using var server = await TestServer.StartAsync(configure: o => o.ShowVerdicts = false);

        var (_, whole) = await server.PostAsync(Path, Hello);
        var events = await server.EventsAsync(Hello[..^1] + ""","stream":true}""");

        Assert.All(events.Append(whole), e => Assert.False(e.TryGetProperty("safeswitch", out _)));
    }

    [Fact]
    public async Task Settings_of_a_request_reach_the_model()
    {
        var tokenizer = new ScriptedTokenizer("one two", "one two", "one two");
        await using var server = await TestServer.StartAsync(model: new ToyModel { EndOdds = 0, Tokenizer = tokenizer });

        var (_, stopped) = await server.PostAsync(Path, """{"model":"toy","messages":[{"role":"user","content":"x"}],"stop":["two"],"temperature":0.5,"top_p":0.9,"seed":7,"max_completion_tokens":20}""");
        Assert.Equal("one ", stopped.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        Assert.Equal("stop", stopped.GetProperty("choices")[0].GetProperty("finish_reason").GetString());

        await server.PostAsync(Path, """
            {"model":"toy","max_tokens":3,"messages":[
              {"role":"developer","content":[{"type":"text","text":"Be "},{"type":"text","text":"brief."}]},
              {"role":"user","content":"weather?","name":"anna"},
              {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Oslo\"}"}}]},
              {"role":"tool","tool_call_id":"c1","content":"rain"}],
             "tools":[{"type":"function","function":{"name":"weather","description":"Tells it.","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}]}
            """);
        var messages = tokenizer.Messages[1];
        Assert.Equal(["system", "user", "assistant", "tool"], messages.Select(m => m.Role));
        Assert.Equal(["Be brief.", "weather?", "", "rain"], messages.Select(m => m.Content));
        Assert.Equal("Oslo", messages[2].ToolCalls.Single().Arguments.GetProperty("city").GetString());
        Assert.Equal(("c1", "weather"), (messages[3].ToolCallId, messages[3].ToolName));
        Assert.Equal("Tells it.", tokenizer.Tools[1].Single().Description);
    }

    [Fact]
    public async Task A_call_of_a_tool_is_one_on_the_wire()
    {
        const string Tools = ""","tools":[{"type":"function","function":{"name":"weather"}}],"max_tokens":50}""";
        const string Call = """<tool_call>{"name": "weather", "arguments": {"city": "Oslo", "days": 2}}</tool_call>""";
        await using var server = await TestServer.StartAsync(model: new ToyModel { EndOdds = 0, Tokenizer = new ScriptedTokenizer(Call, Call) });
        var request = """{"model":"toy","messages":[{"role":"user","content":"x"}],"stop":"<END>" """ + Tools;

        var (_, whole) = await server.PostAsync(Path, request);
        var events = await server.EventsAsync(request[..^1] + ""","stream":true}""");

        var choice = whole.GetProperty("choices")[0];
        Assert.Equal("tool_calls", choice.GetProperty("finish_reason").GetString());
        var call = choice.GetProperty("message").GetProperty("tool_calls")[0];
        Assert.Equal(("function", "weather", """{"city":"Oslo","days":2}"""), (call.GetProperty("type").GetString(), Function(call).Name, Function(call).Arguments));
        Assert.False(call.TryGetProperty("index", out _));
        var streamed = Assert.Single(events, e => e.GetProperty("choices")[0].GetProperty("delta").TryGetProperty("tool_calls", out _)).GetProperty("choices")[0].GetProperty("delta").GetProperty("tool_calls")[0];
        Assert.Equal(0, streamed.GetProperty("index").GetInt32());
        Assert.Equal(Function(call), Function(streamed));

        static (string? Name, string? Arguments) Function(JsonElement call) =>
            (call.GetProperty("function").GetProperty("name").GetString(), call.GetProperty("function").GetProperty("arguments").GetString());
    }

    [Fact]
    public async Task An_answer_that_is_not_the_json_that_was_asked_for_says_so()
    {
        await using var server = await TestServer.StartAsync(model: new ToyModel { EndOdds = 0, Tokenizer = new ScriptedTokenizer("no json") });

        var (_, body) = await server.PostAsync(Path, Hello[..^1] + ""","response_format":{"type":"json_object"}}""");

        Assert.Contains("not the JSON", body.GetProperty("safeswitch").GetProperty("format_fault").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_are_listed_and_others_are_not_found()
    {
        await using var server = await TestServer.StartAsync();

        var list = JsonElement.Parse(await server.Http.GetStringAsync("/v1/models", TestContext.Current.CancellationToken));
        var one = JsonElement.Parse(await server.Http.GetStringAsync("/v1/models/toy", TestContext.Current.CancellationToken));
        var (response, error) = await server.PostAsync(Path, Hello.Replace("toy", "gpt-4o", StringComparison.Ordinal));

        Assert.Equal(one.GetRawText(), list.GetProperty("data")[0].GetRawText());
        Assert.Equal((HttpStatusCode.NotFound, "model_not_found"), (response.StatusCode, error.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal(HttpStatusCode.NotFound, (await server.Http.GetAsync("/v1/models/other", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task What_the_model_itself_refuses_is_the_caller_s_to_mend()
    {
        await using var server = await TestServer.StartAsync();

        var (tooLong, first) = await server.PostAsync(Path, Hello.Replace("hello", new string('x', 100), StringComparison.Ordinal));
        var (noPlace, second) = await server.PostAsync(Path, Hello[..^1] + ""","tools":[{"type":"function","function":{"name":"f"}}]}""");

        Assert.Equal((HttpStatusCode.BadRequest, "context_length_exceeded"), (tooLong.StatusCode, first.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal((HttpStatusCode.BadRequest, "unsupported"), (noPlace.StatusCode, second.GetProperty("error").GetProperty("code").GetString()));
    }

    /// <summary>Nobody here has said what a request puts into the system's mouth, or into the model's.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Text_in_the_place_of_the_system_or_the_model_is_read_by_the_probes_unless_it_is_trusted(bool isTrusted)
    {
        var tokenizer = new ScriptedTokenizer("fine.", "fine.");
        await using var server = await TestServer.StartAsync(
            model: new ToyModel { EndOdds = 0, Tokenizer = tokenizer }, configure: o => o.TrustSystemMessages = o.TrustAssistantMessages = isTrusted);

        await server.PostAsync(Path, """{"model":"toy","max_tokens":9,"messages":[{"role":"system","content":"evil"},{"role":"assistant","content":"Sure, I will."},{"role":"user","content":"go on"}]}""");

        Assert.Equal([!isTrusted, !isTrusted, true], tokenizer.Messages[0].Select(m => m.IsContent));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_turn_that_the_model_has_said_here_is_its_own(bool isStreaming)
    {
        var tokenizer = new ScriptedTokenizer("fine, thanks.\n", "ok", "ok");
        await using var server = await TestServer.StartAsync(model: new ToyModel { EndOdds = 0, Tokenizer = tokenizer });
        const string First = """{"model":"toy","max_tokens":30,"stop":"<END>","messages":[{"role":"user","content":"how are you?"}]""";
        if (isStreaming)
            await server.EventsAsync(First + ""","stream":true}""");
        else
            await server.PostAsync(Path, First + "}");

        foreach (var turn in new[] { "fine, thanks.", "fine, thanks. Now the recipe:" })
            await server.PostAsync(Path, First[..^1] + ""","role":"assistant","content":"X"}""".Replace("\"role\"", "{\"role\"", StringComparison.Ordinal).Replace("X", turn, StringComparison.Ordinal) + """,{"role":"user","content":"and?"}]}""");

        Assert.Equal([true, false, true], tokenizer.Messages[1].Select(m => m.IsContent));
        Assert.Equal([true, true, true], tokenizer.Messages[2].Select(m => m.IsContent));
    }

    [Fact]
    public async Task A_prompt_that_the_template_refuses_is_the_caller_s_fault_and_any_other_failure_is_ours()
    {
        var failures = new Queue<Exception>([new PromptFormatException("roles must alternate"), new InvalidOperationException("a secret")]);
        await using var server = await TestServer.StartAsync(model: new ToyModel { BeforeCall = call => { if (call == "open") throw failures.Dequeue(); } });

        var (refused, first) = await server.PostAsync(Path, Hello);
        var (failed, second) = await server.PostAsync(Path, Hello);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_messages"), (refused.StatusCode, first.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal((HttpStatusCode.InternalServerError, "internal_error"), (failed.StatusCode, second.GetProperty("error").GetProperty("code").GetString()));
        Assert.DoesNotContain("secret", second.GetRawText(), StringComparison.Ordinal);
        Assert.Contains(failed.Headers.GetValues("x-request-id").Single(), second.GetRawText(), StringComparison.Ordinal);
    }
}
