using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using SafeSwitch.Server.Json;
using SafeSwitch.Server.Requests;
using SafeSwitch.Server.Settings;

namespace SafeSwitch.Server.Tests;

/// <summary>Every field that OpenAI's clients may send, in one table that the code, the document and these tests share.</summary>
public sealed partial class ChatFieldsTests
{
    private const string Messages = """[{"role":"user","content":"hello"}]""";

    // What each field takes, and what it refuses. Fields that are ignored take anything.
    private static readonly Dictionary<string, (string[] Taken, string[] Refused)> Examples = new()
    {
        ["model"] = (["\"toy\""], ["1", "[]", "{}", "true"]),
        ["messages"] = (
            [Messages, """[{"role":"system","content":""},{"role":"user","content":[]},{"role":"assistant","content":null,"refusal":"No."},{"role":"assistant","content":[{"type":"refusal","refusal":"No."}]}]"""],
            [
                "1", "\"x\"", "{}", "[1]", "[{}]", """[{"role":"user"}]""", """[{"content":"x"}]""", """[{"role":"User","content":"x"}]""", """[{"role":"root","content":"x"}]""",
                """[{"role":"function","name":"f","content":"x"}]""", """[{"role":"user","content":1}]""", """[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:"}}]}]""",
                """[{"role":"user","content":[{"type":"text","text":"x","more":1}]}]""", """[{"role":"user","content":"x","tool_calls":[]}]""", """[{"role":"user","content":[{"type":"refusal","refusal":"x"}]}]""",
                """[{"role":"tool","content":"x"}]""", """[{"role":"assistant","content":"x","function_call":{}}]""", """[{"role":"assistant","audio":{"id":"x"}}]""",
                """[{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"no json"}}]}]""",
                """[{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\"a\":1,\"a\":2}"}}]}]""",
                """[{"role":"assistant","tool_calls":[{"id":"c","type":"custom","function":{"name":"f","arguments":"{}"}}]}]""",
            ]),
        ["stream"] = (["true", "false"], ["1", "\"true\""]),
        ["stream_options"] = (["""{"include_usage":false,"include_obfuscation":true}"""], ["true", """{"include_usage":1}""", """{"more":true}"""]),
        ["max_completion_tokens"] = (["1", "4096"], ["0", "-1", "4097", "1.5", "1e3", "\"5\"", "99999999999999999999"]),
        ["max_tokens"] = (["1", "4096"], ["0", "-1", "4097", "1.5", "1e999", "99999999999999999999"]),
        ["temperature"] = (["0", "2", "0.7"], ["-0.1", "2.1", "1e999", "\"1\"", "true"]),
        ["top_p"] = (["1", "0.1"], ["0", "-1", "1.1", "1e999"]),
        ["seed"] = (["0", "-5", "9223372036854775807"], ["0.5", "9223372036854775808", "\"1\""]),
        ["stop"] = (["\"x\"", """["x","y"]""", "[]"], ["\"\"", """[""]""", """["1","2","3","4","5"]""", "1", "[1]"]),
        ["tools"] = (
            ["[]", """[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"},"strict":false}}]"""],
            ["{}", """[{"type":"web_search"}]""", """[{"type":"function","function":{}}]""", """[{"type":"function","function":{"name":"a b"}}]""", """[{"type":"function","function":{"name":"f","strict":true}}]""", """[{"type":"function","function":{"name":"f","parameters":[]}}]"""]),
        ["tool_choice"] = (["\"auto\"", "\"none\""], ["\"required\"", """{"type":"function","function":{"name":"f"}}""", "1"]),
        ["parallel_tool_calls"] = (["true", "false"], ["1"]),
        ["response_format"] = (
            ["""{"type":"text"}""", """{"type":"json_object"}""", """{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"},"strict":false}}"""],
            ["\"json\"", "{}", """{"type":"xml"}""", """{"type":"json_schema"}""", """{"type":"json_schema","json_schema":{"name":"n","schema":{},"strict":true}}""", """{"type":"json_schema","json_schema":{"name":"n","schema":true}}"""]),
        ["metadata"] = (["{}", """{"a":"b","safeswitch_policy":"strict"}"""], ["[]", """{"a":1}""", """{"safeswitch_polocy":"strict"}""", """{"safeswitch_policy":["strict"]}"""]),
        ["n"] = (["1"], ["0", "2", "\"1\""]),
        ["logprobs"] = (["false"], ["true", "1"]),
        ["top_logprobs"] = ([], ["0", "5"]),
        ["frequency_penalty"] = (["0", "0.0"], ["0.1", "1e999", "\"0\""]),
        ["presence_penalty"] = (["0"], ["-0.5"]),
        ["logit_bias"] = (["{}"], ["""{"50256":-100}"""]),
        ["modalities"] = (["""["text"]"""], ["""["text","audio"]""", "\"text\""]),
        ["audio"] = ([], ["""{"voice":"alloy","format":"mp3"}"""]),
        ["prediction"] = ([], ["""{"type":"content","content":"x"}"""]),
        ["web_search_options"] = ([], ["{}"]),
        ["store"] = (["false"], ["true"]),
        ["functions"] = (["[]"], ["""[{"name":"f"}]"""]),
        ["function_call"] = ([], ["\"auto\"", "\"none\""]),
    };

    private static readonly string[] Anything = ["true", "1", "\"x\"", "[1]", """{"x":1}"""];

    public static TheoryData<string> Names => [.. ChatFields.All.Select(f => f.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_field_is_read_refused_by_name_or_ignored(string name)
    {
        var field = ChatFields.All.Single(f => f.Name == name);
        var (taken, refused) = field.Use == FieldUse.Ignored ? (Anything, []) : Examples[name];

        foreach (var value in taken.Append("null").Where(v => v != "null" || name is not ("model" or "messages")))
            Assert.NotNull(Read(name, value));
        foreach (var value in refused)
        {
            var error = Assert.Throws<ApiException>(() => Read(name, value));
            Assert.Equal(400, error.Status);
            Assert.StartsWith(name, error.Parameter, StringComparison.Ordinal);
            Assert.StartsWith(name, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Fields_that_are_not_understood_are_refused_by_name()
    {
        var error = Assert.Throws<ApiException>(() => Read("temprature", "0"));

        Assert.Equal(("unknown_field", "temprature"), (error.Code, error.Parameter));
    }

    [Theory]
    [InlineData("model")]
    [InlineData("messages")]
    public void What_a_request_needs_must_be_there(string name)
    {
        Assert.StartsWith(name, Assert.Throws<ApiException>(() => Read(name, "null")).Parameter, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_two_limits_the_smaller_holds()
    {
        Assert.Equal(3, Parse("""{"model":"toy","messages":[{"role":"user","content":"x"}],"max_tokens":3,"max_completion_tokens":9}""").Options.MaxOutputTokens);
        Assert.Equal(3, Parse("""{"model":"toy","messages":[{"role":"user","content":"x"}],"max_completion_tokens":9,"max_tokens":3}""").Options.MaxOutputTokens);
    }

    /// <summary>The document's table has a line for each field, and says what becomes of it.</summary>
    [Fact]
    public void The_table_of_the_document_is_the_one_of_the_code()
    {
        var text = File.ReadAllText(Fixtures.Repository("docs", "server.md"));

        var documented = Row().Matches(text).Select(m => (m.Groups[1].Value, m.Groups[2].Value));

        Assert.Equal(ChatFields.All.Select(f => (f.Name, f.Use.ToString().ToLowerInvariant())).Order(), documented.Order());
    }

    [GeneratedRegex(@"^\| `(\w+)` \| (used|refused|ignored) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    private static ChatCall Read(string name, string value)
    {
        var fields = new Dictionary<string, string> { ["model"] = "\"toy\"", ["messages"] = Messages };
        if (name == "stream_options")
            fields["stream"] = "true";
        fields[name] = value;
        return Parse($"{{{string.Join(",", fields.Select(f => $"{JsonSerializer.Serialize(f.Key)}:{f.Value}"))}}}");
    }

    private static ChatCall Parse(string json) => ChatFields.Read(new RequestField(StrictJson.ParseObject(Encoding.UTF8.GetBytes(json)), ""), new ServerLimits());
}
