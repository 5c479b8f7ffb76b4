using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using SafeSwitch.Chat;
using SafeSwitch.Monitoring;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Tests.Chat;

/// <summary>The middleware of Microsoft.Extensions.AI works on a guarded model as on any other client, whatever the model has to say for it.</summary>
public sealed class ChatPipelineTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<bool> WholeAndStreamed => [false, true];

    [Theory]
    [MemberData(nameof(WholeAndStreamed))]
    public async Task Functions_without_parameters_with_optional_nested_and_listed_ones_are_called(bool isStreaming)
    {
        var given = new List<string>();
        AITool[] tools =
        [
            AIFunctionFactory.Create(() => 42, "secret"),
            AIFunctionFactory.Create((string id = "none") => Note($"by_id {id}"), "by_id"),
            AIFunctionFactory.Create((Person person) => Note($"by_person {person.FullName} {person.Age}"), "by_person"),
            AIFunctionFactory.Create((string[] items, string shopper) => Note($"{shopper}: {string.Join('+', items)}"), "cart"),
        ];
        var script = new ScriptedTokenizer(
            Call("secret", "{}"), Call("by_id", "{}"), Call("by_person", """{"person":{"FullName":"John","Age":19}}"""),
            Call("cart", """{"items":["bacon","lettuce"],"shopper":"Peter"}"""), "Done.");
        using var client = Client(script, b => b.UseFunctionInvocation());

        var response = await AskAsync(client, "go", new ChatOptions { Tools = tools }, isStreaming);

        Assert.Equal("Done.", response.Messages[^1].Text);
        Assert.Equal(["by_id none", "by_person John 19", "Peter: bacon+lettuce"], given);
        Assert.Equal("42", script.Messages[1][^1].Content);
        // What the round trips cost is one bill.
        Assert.Equal((5 * 3, 5), (response.Usage!.InputTokenCount, script.Messages.Count));

        string Note(string what)
        {
            given.Add(what);
            return "ok";
        }
    }

    [Theory]
    [MemberData(nameof(WholeAndStreamed))]
    public async Task Several_calls_of_one_answer_are_all_made(bool isStreaming)
    {
        var script = new ScriptedTokenizer(Call("age", """{"name":"Elsa"}""") + Call("age", """{"name":"Anna"}"""), "Three.");
        using var client = Client(script, b => b.UseFunctionInvocation());

        var response = await AskAsync(client, "go", new ChatOptions { Tools = [AIFunctionFactory.Create((string name) => name == "Elsa" ? 21 : 18, "age")] }, isStreaming);

        Assert.Equal("Three.", response.Messages[^1].Text);
        Assert.Equal(["21", "18"], script.Messages[1].Where(m => m.ToolCallId is not null).Select(m => m.Content));
        Assert.Equal(2, response.Messages.SelectMany(m => m.Contents).OfType<FunctionResultContent>().Select(r => r.CallId).Distinct().Count());
    }

    [Fact]
    public async Task Tools_of_any_schema_are_described()
    {
        AITool[] tools =
        [
            AIFunctionFactory.Create((int? i) => i, "m1"),
            AIFunctionFactory.Create((decimal d, char c, long l, float f, bool b) => d, "m2"),
            AIFunctionFactory.Create((DateTime at, DateTimeOffset? then, TimeSpan time, DateOnly day, TimeOnly hour) => at, "m3"),
            AIFunctionFactory.Create((Uri uri, Guid guid, List<int> list, Person? person) => uri, "m4"),
            AIFunctionFactory.Create((string p = "a", DayOfWeek day = DayOfWeek.Friday, char c = 'x') => p, "m5"),
            new Declared("m6", """{"type":"object","properties":{},"additionalProperties":false,"$schema":"http://json-schema.org/draft-07/schema#"}"""),
            new Declared("m7", """{"properties":{"side":{"description":"Which","enum":["LEFT","RIGHT"],"type":"string"}},"required":["side"],"type":"object"}"""),
            new Declared("m8", "true"),
        ];
        var script = new ScriptedTokenizer("The Eiffel Tower.");
        using var client = Client(script, b => b.UseFunctionInvocation());

        await client.GetResponseAsync("x", new ChatOptions { Tools = tools, StopSequences = [ScriptedTokenizer.End] }, Token);

        Assert.Equal(tools.Select(t => t.Name), script.Tools[0].Select(t => t.Name));
        Assert.All(tools.Cast<AIFunctionDeclaration>().Zip(script.Tools[0]), p => Assert.True(JsonElement.DeepEquals(p.First.JsonSchema, p.Second.Parameters)));
    }

    [Fact]
    public async Task A_cache_before_functions_spares_calls_of_both()
    {
        var calls = 0;
        var script = new ScriptedTokenizer(Call("temperature", "{}"), "It is 101.");
        using var client = Client(script, b => b.UseDistributedCache(Cache()).UseFunctionInvocation());
        var options = new ChatOptions { Tools = [AIFunctionFactory.Create(() => 100 + ++calls, "temperature")] };

        var first = await AskAsync(client, "x", options, isStreaming: false);
        var second = await AskAsync(client, "x", options, isStreaming: false);

        Assert.Equal((first.Text, 1, 2), (second.Text, calls, script.Messages.Count));
    }

    [Theory]
    [InlineData(true, 3)]
    [InlineData(false, 2)]
    public async Task A_cache_behind_functions_spares_what_the_functions_did_not_change(bool isChanging, int answers)
    {
        var calls = 0;
        var script = new ScriptedTokenizer(Call("temperature", "{}"), "It is 81.", "It is 82.");
        // The inner cache is what the model is asked through; a call's identifier is part of what it is asked.
        using var client = Client(script, b => b.UseFunctionInvocation().UseDistributedCache(Cache()));
        var options = new ChatOptions { Tools = [AIFunctionFactory.Create(() => 80 + (calls++ == 0 || !isChanging ? 1 : 2), "temperature")] };

        await AskAsync(client, "x", options, isStreaming: false);
        var second = await AskAsync(client, "x", options, isStreaming: false);

        Assert.Equal((isChanging ? "It is 82." : "It is 81.", 2, answers), (second.Messages[^1].Text, calls, script.Messages.Count));
    }

    [Theory]
    [MemberData(nameof(WholeAndStreamed))]
    public async Task A_cache_gives_the_same_answer_to_the_same_conversation_and_to_no_other(bool isStreaming)
    {
        var script = new ScriptedTokenizer("First.", "Second.");
        using var client = Client(script, b => b.UseDistributedCache(Cache()));

        string[] texts = [.. await Task.WhenAll(await Ask("x"), await Ask("x"), await Ask("x!"))];

        Assert.Equal(["First.", "First.", "Second."], texts);

        async Task<Task<string>> Ask(string prompt) => Task.FromResult((await AskAsync(client, prompt, new ChatOptions(), isStreaming)).Text);
    }

    [Fact]
    public async Task Typed_answers_of_every_kind_are_read()
    {
        using var client = Client(new ScriptedTokenizer(
            """{"fullName":"Jimbo","age":35}""", """{"data":[{"fullName":"A","age":1},{"fullName":"B","age":2}]}""", """{"data":15}""", """{"data":"Jimbo"}""", """{"data":true}""", """{"data":"Friday"}"""));
        var options = new ChatOptions { StopSequences = [ScriptedTokenizer.End] };

        Assert.Equal(new Person("Jimbo", 35), (await client.GetResponseAsync<Person>("x", options, cancellationToken: Token)).Result);
        Assert.Equal([1, 2], (await client.GetResponseAsync<Person[]>("x", options, cancellationToken: Token)).Result.Select(p => p.Age));
        Assert.Equal(15, (await client.GetResponseAsync<int>("x", options, cancellationToken: Token)).Result);
        Assert.Equal("Jimbo", (await client.GetResponseAsync<string>("x", options, cancellationToken: Token)).Result);
        Assert.True((await client.GetResponseAsync<bool>("x", options, cancellationToken: Token)).Result);
        Assert.Equal(DayOfWeek.Friday, (await client.GetResponseAsync<DayOfWeek>("x", options, cancellationToken: Token)).Result);
    }

    [Fact]
    public async Task Typed_answers_come_without_a_schema_and_after_functions_too()
    {
        var script = new ScriptedTokenizer("""{"fullName":"Jimbo","age":35}""", Call("person", """{"id":123}"""), """{"fullName":"Jimbo","age":36}""");
        using var client = Client(script, b => b.UseFunctionInvocation());
        var options = new ChatOptions { StopSequences = [ScriptedTokenizer.End] };

        var plain = await client.GetResponseAsync<Person>("x", options, useJsonSchemaResponseFormat: false, cancellationToken: Token);
        options.Tools = [AIFunctionFactory.Create((int id) => new Person("Jimbo", id), "person")];
        var called = await client.GetResponseAsync<Person>("who is 123?", options, cancellationToken: Token);

        Assert.Equal((35, 36), (plain.Result.Age, called.Result.Age));
        Assert.Contains("123", script.Messages[2][^1].Content, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(WholeAndStreamed))]
    public async Task Logging_writes_what_went_in_and_what_came_out(bool isStreaming)
    {
        var log = new FakeLogCollector();
        using var factory = LoggerFactory.Create(b => b.AddProvider(new FakeLoggerProvider(log)).SetMinimumLevel(LogLevel.Trace));
        using var client = Client(new ScriptedTokenizer("A blue whale"), b => b.UseLogging(factory));

        await AskAsync(client, "What is the biggest animal?", new ChatOptions(), isStreaming);

        var messages = log.GetSnapshot().Select(r => r.Message).ToArray();
        Assert.Contains(messages, m => m.Contains("the biggest animal", StringComparison.Ordinal));
        Assert.Contains(messages, m => m.Contains(isStreaming ? "hale" : "blue whale", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(WholeAndStreamed))]
    public async Task Telemetry_of_the_wrapper_has_model_tokens_and_reason(bool isStreaming)
    {
        var source = Guid.NewGuid().ToString();
        var activities = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name == source,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activities.Add,
        };
        ActivitySource.AddActivityListener(listener);
        using var client = Client(new ScriptedTokenizer("A blue whale"), b => b.UseOpenTelemetry(sourceName: source));

        var response = await AskAsync(client, "x", new ChatOptions(), isStreaming);

        var activity = Assert.Single(activities);
        Assert.Equal("chat toy", activity.DisplayName);
        Assert.Equal(("safeswitch", "toy", response.ResponseId), (activity.GetTagItem("gen_ai.provider.name"), activity.GetTagItem("gen_ai.response.model"), activity.GetTagItem("gen_ai.response.id")));
        Assert.Equal((response.Usage!.InputTokenCount, response.Usage.OutputTokenCount), (Number("gen_ai.usage.input_tokens"), Number("gen_ai.usage.output_tokens")));
        Assert.Equal(["stop"], JsonSerializer.Deserialize<string[]>(Reasons(activity.GetTagItem("gen_ai.response.finish_reasons")))!);

        long Number(string tag) => Convert.ToInt64(activity.GetTagItem(tag), System.Globalization.CultureInfo.InvariantCulture);

        static string Reasons(object? tag) => tag as string ?? JsonSerializer.Serialize(tag);
    }

    [Fact]
    public async Task A_reducer_shortens_what_the_model_and_the_guard_are_shown()
    {
        var script = new ScriptedTokenizer("Yes.");
#pragma warning disable MEAI001 // The reducers are on trial there.
        using var client = Client(script, b => b.UseChatReducer(new MessageCountingChatReducer(1)));
#pragma warning restore MEAI001

        await client.GetResponseAsync([new(ChatRole.User, "old"), new(ChatRole.Assistant, "old"), new(ChatRole.User, "new")], new ChatOptions { StopSequences = [ScriptedTokenizer.End] }, Token);

        Assert.Equal(["new"], script.Messages[0].Select(m => m.Content));
    }

    private static string Call(string name, string arguments) => $$"""<tool_call>{"name": "{{name}}", "arguments": {{arguments}}}</tool_call>""";

    private static MemoryDistributedCache Cache() => new(Options.Create(new MemoryDistributedCacheOptions()));

    // The guard's model is a toy without anything to dispose of.
    private static IChatClient Client(ScriptedTokenizer script, Action<ChatClientBuilder>? configure = null)
    {
        var builder = new SafeSwitchChatClient(Toy.Guard(new ToyModel { EndOdds = 0, Tokenizer = script }, ScriptedMonitor.Saying(VerdictAction.Continue))).AsBuilder();
        configure?.Invoke(builder);
        return builder.Build();
    }

    private static Task<ChatResponse> AskAsync(IChatClient client, string prompt, ChatOptions options, bool isStreaming)
    {
        options.StopSequences = [ScriptedTokenizer.End];
        return isStreaming ? client.GetStreamingResponseAsync(prompt, options, Token).ToChatResponseAsync(Token) : client.GetResponseAsync(prompt, options, Token);
    }

    private sealed record Person([property: Description("First and last")] string FullName, int Age);

    private sealed class Declared(string name, string schema) : AIFunctionDeclaration
    {
        public override string Name => name;

        public override JsonElement JsonSchema { get; } = JsonElement.Parse(schema);
    }
}
