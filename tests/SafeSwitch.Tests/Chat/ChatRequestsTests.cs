using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;
using SafeSwitch.Backends;
using SafeSwitch.Chat;
using SafeSwitch.Guard;
using SafeSwitch.Policies;

namespace SafeSwitch.Tests.Chat;

public partial class ChatRequestsTests
{
    private static readonly ChatMessage[] Hello = [new(ChatRole.User, "hello")];

    /// <summary>One or more cases for each member of <see cref="ChatOptions"/>: what is asked for, and what becomes of it.</summary>
    private static readonly Dictionary<string, (ChatOptions Options, Func<GenerationRequest, bool>? Holds)[]> Cases = new()
    {
        ["MaxOutputTokens"] = [(new() { MaxOutputTokens = 7 }, r => r.MaxNewTokens == 7), (new(), r => r.MaxNewTokens == GenerationRequest.DefaultMaxNewTokens)],
        ["Temperature"] = [(new() { Temperature = 0.5f }, r => r.Sampling.Temperature == 0.5f), (new(), r => r.Sampling.Temperature == 0)],
        ["TopP"] =
        [
            (new() { TopP = 0.9f }, r => (r.Sampling.TopP, r.Sampling.Temperature) == (0.9f, 1)),
            (new() { TopP = 0.9f, Temperature = 0 }, r => (r.Sampling.TopP, r.Sampling.Temperature) == (0.9f, 0)),
        ],
        ["TopK"] = [(new() { TopK = 40 }, r => (r.Sampling.TopK, r.Sampling.Temperature) == (40, 1))],
        ["Seed"] =
        [
            (new() { Seed = -3 }, r => r.Sampling.Seed == -3),
            (new() { Seed = 1 + (1L << 32) }, r => r.Sampling.Seed is not (null or 1)),
        ],
        ["StopSequences"] = [(new() { StopSequences = ["END"] }, r => r.StopStrings.SequenceEqual(["END"]))],
        ["Instructions"] = [(new() { Instructions = "Be kind." }, r => r.Messages[0] == PromptMessage.System("Be kind."))],
        ["AdditionalProperties"] =
        [
            (new ChatOptions().WithSafetyPolicy("strict"), r => r.PolicyName == "strict"),
            (new() { AdditionalProperties = new() { ["someone.elses"] = 5 } }, r => r.PolicyName is null),
            (new() { AdditionalProperties = new() { ["safeswitch.polcy"] = "strict" } }, null),
        ],
        ["RawRepresentationFactory"] =
        [
            (new() { RawRepresentationFactory = _ => new GenerationRequest { Messages = [], Timeout = TimeSpan.FromSeconds(9), Sampling = new() { MinP = 0.1f } }, Temperature = 0.7f },
                r => r.Timeout == TimeSpan.FromSeconds(9) && r.Sampling is { MinP: 0.1f, Temperature: 0.7f } && r.Messages.Count == 1),
            (new() { RawRepresentationFactory = _ => "another client's" }, r => r == Plain()),
        ],
        ["Tools"] =
        [
            (new() { Tools = [new HostedWebSearchTool()] }, null),
            (new() { Tools = [new HostedWebSearchTool()], ToolMode = ChatToolMode.None }, r => r == Plain()),
            (new() { Tools = [] }, r => r == Plain()),
            (new() { Tools = [AIFunctionFactory.Create((string city) => city, "weather", "Tells the weather.")] },
                r => r.Tools is [{ Name: "weather", Description: "Tells the weather." } tool] && tool.Parameters.GetProperty("properties").TryGetProperty("city", out _)),
        ],
        ["ToolMode"] = [(new() { ToolMode = ChatToolMode.RequireAny }, null), (new() { ToolMode = ChatToolMode.Auto }, r => r == Plain())],
        ["ResponseFormat"] =
        [
            (new() { ResponseFormat = ChatResponseFormat.ForJsonSchema<int[]>(), Instructions = "Be kind." },
                r => r.Messages is [{ Role: "system", Content: var told }, _] && told.StartsWith("Be kind.", StringComparison.Ordinal) && told.Contains("\"array\"", StringComparison.Ordinal)),
            (new() { ResponseFormat = ChatResponseFormat.Json }, r => r.Messages[0] == PromptMessage.System("Answer with JSON alone: no word before it, none after it, no code fence.")),
            (new() { ResponseFormat = ChatResponseFormat.Text }, r => r == Plain()),
        ],
        ["FrequencyPenalty"] = [(new() { FrequencyPenalty = 0.5f }, null), (new() { FrequencyPenalty = 0 }, r => r == Plain())],
        ["PresencePenalty"] = [(new() { PresencePenalty = -0.5f }, null), (new() { PresencePenalty = 0 }, r => r == Plain())],
        ["ConversationId"] = [(new() { ConversationId = "c1" }, null)],
        ["ContinuationToken"] = [(new() { ContinuationToken = ResponseContinuationToken.FromBytes(new byte[] { 1 }) }, null)],
        ["AllowMultipleToolCalls"] = [(new() { AllowMultipleToolCalls = true }, r => r == Plain())],
        ["AllowBackgroundResponses"] = [(new() { AllowBackgroundResponses = true }, r => r == Plain())],
        ["Reasoning"] = [(new() { Reasoning = new() }, r => r == Plain())],
        ["ModelId"] = [(new() { ModelId = "gpt" }, r => r == Plain())],
    };

    public static TheoryData<string> Members => [.. typeof(ChatOptions).GetProperties().Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(Members))]
    public void Every_option_is_mapped_refused_or_documented_as_ignored(string member)
    {
        Assert.True(Cases.TryGetValue(member, out var cases), $"ChatOptions.{member} is new: decide what becomes of it, here and in docs/chat.md.");
        foreach (var (options, holds) in cases)
        {
            if (holds is not null)
                Assert.True(holds(Request(options)), member);
            else
                Assert.Contains(member, Assert.ThrowsAny<Exception>(() => Request(options)).Message, StringComparison.Ordinal);
        }

        Assert.Contains(member, Documented());
    }

    [Fact]
    public void The_table_of_options_has_a_row_for_each_and_no_other() =>
        Assert.Equal(typeof(ChatOptions).GetProperties().Select(p => p.Name).Order(StringComparer.Ordinal), Documented().Order(StringComparer.Ordinal));

    [Fact]
    public void A_policy_that_went_through_json_is_understood_by_name()
    {
        var options = JsonSerializer.Deserialize<ChatOptions>(
            JsonSerializer.Serialize(new ChatOptions().WithSafetyPolicy("strict"), AIJsonUtilities.DefaultOptions), AIJsonUtilities.DefaultOptions)!;

        Assert.IsType<JsonElement>(options.AdditionalProperties!["safeswitch.policy"]);
        Assert.Equal("strict", Request(options).PolicyName);
    }

    public static TheoryData<string, object?> NoPolicies => new()
    {
        { "Int32", 5 },
        { "nothing", null },
        { "Object", JsonDocument.Parse("""{"PromptThreshold":0.9}""").RootElement },
        { "Number", JsonDocument.Parse("5").RootElement },
        { "Null", JsonDocument.Parse("null").RootElement },
    };

    [Theory]
    [MemberData(nameof(NoPolicies))]
    public void What_is_not_a_policy_is_never_taken_for_the_default(string found, object? value)
    {
        foreach (var key in new[] { "safeswitch.policy", "SafeSwitch.Policy" })
        {
            var error = Assert.Throws<ArgumentException>(() => Request(new() { AdditionalProperties = new() { [key] = value } }));
            Assert.Contains(found, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_policy_of_the_requests_own_goes_before_the_native_requests()
    {
        var own = new SafetyPolicy();
        var options = new ChatOptions { RawRepresentationFactory = _ => new GenerationRequest { Messages = [], Policy = new SafetyPolicy() } };

        Assert.Same(own, Request(options.Clone().WithSafetyPolicy(own)).Policy);
        Assert.Equal((null, "strict"), (Request(options.Clone().WithSafetyPolicy("strict")).Policy, Request(options.Clone().WithSafetyPolicy("strict")).PolicyName));
    }

    [Theory]
    [InlineData("User", "user", true)]
    [InlineData("USER", "user", true)]
    [InlineData("SYSTEM", "system", false)]
    [InlineData("Assistant", "assistant", false)]
    [InlineData("Tool", "tool", true)]
    [InlineData(" user", " user", true)]
    [InlineData("developer", "developer", true)]
    [InlineData("human", "human", true)]
    public void Roles_are_compared_as_the_interface_does_and_all_but_two_are_content(string role, string expected, bool isContent)
    {
        var message = ChatRequests.ToRequest([new(new ChatRole(role), "x")], null, null!).Messages[0];

        Assert.Equal((expected, isContent), (message.Role, message.IsContent));
    }

    [Fact]
    public void What_another_client_left_in_the_history_beside_text_is_not_part_of_the_prompt()
    {
        var message = new ChatMessage(ChatRole.Assistant, [new TextReasoningContent("thinking"), new TextContent("Hel"), null!, new TextContent("lo"), new UsageContent(), new ErrorContent("e")]);

        Assert.Equal(PromptMessage.Assistant("Hello"), ChatRequests.ToRequest([message], null, null!).Messages[0]);
        AIContent[] refused = [new DataContent(new byte[] { 1 }, "image/png"), new UriContent("http://x", "image/png")];
        foreach (var content in refused)
        {
            Assert.Contains(content.GetType().Name, Assert.Throws<NotSupportedException>(
                () => ChatRequests.ToRequest([new ChatMessage(ChatRole.User, [content])], null, null!)).Message, StringComparison.Ordinal);
        }

        Assert.Throws<ArgumentException>(() => ChatRequests.ToRequest([null!], null, null!));
    }

    public static TheoryData<string> NotJson => ["cycle", "delegate", "NaN"];

    [Theory]
    [MemberData(nameof(NotJson))]
    public void What_can_not_be_written_as_JSON_is_refused_by_its_call(string what)
    {
        var cycle = new Node();
        cycle.Next = cycle;
        object value = what switch { "cycle" => cycle, "delegate" => (Func<int>)(() => 1), _ => double.NaN };
        AIContent[] contents = [new FunctionResultContent("call-7", value), new FunctionCallContent("call-7", "f", new Dictionary<string, object?> { ["a"] = value })];

        foreach (var content in contents)
        {
            var error = Assert.Throws<NotSupportedException>(() => ChatRequests.ToRequest([new ChatMessage(ChatRole.Tool, [content])], null, null!));
            Assert.Contains("'call-7'", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_message_of_very_many_contents_is_one_text()
    {
        var message = new ChatMessage(ChatRole.User, [.. Enumerable.Range(0, 100_000).Select(i => (AIContent)new TextContent($"{i % 10}"))]);

        var content = ChatRequests.ToRequest([message], null, null!).Messages[0].Content;

        Assert.Equal((100_000, "0123456789"), (content.Length, content[^10..]));
    }

    /// <summary>Through JSON too, as a stored conversation; what is not understood there never takes a look away.</summary>
    [Theory]
    [InlineData("system")]
    [InlineData("assistant")]
    [InlineData("user")]
    public void A_message_from_outside_is_content_whatever_its_role(string role)
    {
        var message = new ChatMessage(new ChatRole(role), "x").FromOutside();
        var stored = JsonSerializer.Deserialize<ChatMessage>(JsonSerializer.Serialize(message, AIJsonUtilities.DefaultOptions), AIJsonUtilities.DefaultOptions)!;
        var odd = new ChatMessage(new ChatRole(role), "x") { AdditionalProperties = new() { ["safeswitch.from_outside"] = "yes" } };
        var not = new ChatMessage(new ChatRole(role), "x") { AdditionalProperties = new() { ["safeswitch.from_outside"] = false } };

        foreach (var outside in new[] { message, stored, odd })
        {
            var prompt = ChatRequests.ToRequest([outside], null, null!).Messages[0];
            Assert.Equal((role, true), (prompt.Role, prompt.IsContent));
        }

        Assert.Equal(role == "user", ChatRequests.ToRequest([not], null, null!).Messages[0].IsContent);
    }

    private static GenerationRequest Request(ChatOptions options)
    {
        var request = ChatRequests.ToRequest(Hello, options, null!);
        // Lists are compared by reference; those that are as ever are left out of the comparison.
        return request with { Messages = request.Messages.Count == 1 ? Plain().Messages : request.Messages, StopStrings = request.StopStrings is [] ? Plain().StopStrings : request.StopStrings };
    }

    private sealed class Node
    {
        public Node? Next { get; set; }
    }

    private static GenerationRequest Plain() => Unchanged;

    private static readonly GenerationRequest Unchanged = new() { Messages = [PromptMessage.User("hello")] };

    private static HashSet<string> Documented() =>
        [.. OptionRow().Matches(File.ReadAllText(Fixtures.Repository("docs", "chat.md"))).Select(m => m.Groups[1].Value)];

    [GeneratedRegex(@"^\| `(\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex OptionRow();
}
