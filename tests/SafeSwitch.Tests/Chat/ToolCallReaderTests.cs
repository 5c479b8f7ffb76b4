using SafeSwitch.Chat;

namespace SafeSwitch.Tests.Chat;

public sealed class ToolCallReaderTests
{
    private static readonly string[] Tools = ["weather", "time"];

    /// <summary>An answer, whether the model ended it, the text that is shown, and the calls.</summary>
    public static TheoryData<string, bool, string, string> Answers => new()
    {
        // Nothing of a call.
        { "It is sunny.", true, "It is sunny.", "" },
        { "a < b, [x] and {y}", true, "a < b, [x] and {y}", "" },
        { "The <tool_cal", true, "The <tool_cal", "" },
        { " \n", true, " \n", "" },
        { "", true, "", "" },
        // Hermes, Qwen.
        { "<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Paris\"}}\n</tool_call>", true, "", "weather{\"city\": \"Paris\"}" },
        { "I look.\n<tool_call>{\"name\":\"weather\",\"arguments\":{}}</tool_call>", true, "I look.\n", "weather{}" },
        { "<tool_call>{\"name\":\"weather\",\"arguments\":{}}</tool_call>\n<tool_call>{\"name\":\"time\",\"arguments\":{\"a\":1}}</tool_call>\n", true, "", "weather{} time{\"a\":1}" },
        { "<tool_call>{\"name\":\"weather\",\"arguments\":\"{\\\"city\\\":\\\"Paris\\\"}\"}</tool_call>", true, "", "weather{\"city\":\"Paris\"}" },
        // functionary, Llama 3.1.
        { "<function=weather>{\"city\": \"Paris\"}</function>", true, "", "weather{\"city\": \"Paris\"}" },
        { "I look. <function=weather>{\"city\":\"a > b\"}</function><function=time></function>", true, "I look. ", "weather{\"city\":\"a > b\"} time{}" },
        { "<function=weather>{\"city\":\"Paris\"}", true, "", "weather{\"city\":\"Paris\"}" },
        { "<function=weather>Paris</function>", true, "<function=weather>Paris</function>", "" },
        { "<function=>{}</function>", true, "<function=>{}</function>", "" },
        { "f(x) <function x", true, "f(x) <function x", "" },
        { "<function=weather>{\"ci", false, "", "" },
        { "<function=weather>{}</function>\n<tool_call>{\"name\":\"time\"}</tool_call>", true, "", "weather{} time{}" },
        // Its mark was left away at the end; the model may call what is not there, and is told by who runs it.
        { "<tool_call>{\"name\":\"nosuch\",\"arguments\":{}}", true, "", "nosuch{}" },
        // Mistral; the mark is a special token that a text stream may leave out.
        { "[TOOL_CALLS] [{\"name\": \"weather\", \"arguments\": {\"city\": \"Paris\"}}, {\"name\": \"time\", \"arguments\": {}}]", true, "", "weather{\"city\": \"Paris\"} time{}" },
        { " [{\"name\": \"weather\", \"arguments\": {}}]", true, "", "weather{}" },
        // Llama 3.
        { "{\"name\": \"weather\", \"parameters\": {\"city\": \"Paris\"}}", true, "", "weather{\"city\": \"Paris\"}" },
        { "<|python_tag|>{\"name\": \"weather\", \"parameters\": {}}; {\"name\": \"time\", \"parameters\": {}}", true, "", "weather{} time{}" },
        // JSON that is an answer.
        { "{\"name\": \"Anna\", \"parameters\": {}}", true, "{\"name\": \"Anna\", \"parameters\": {}}", "" },
        { "[1, 2]", true, "[1, 2]", "" },
        { "{\"city\": \"Paris\"} is what I say", true, "{\"city\": \"Paris\"} is what I say", "" },
        // Not JSON within the marks: nobody asked for anything.
        { "<tool_call>weather of Paris</tool_call> sorry", true, "<tool_call>weather of Paris</tool_call> sorry", "" },
        { "<tool_call>{\"name\":\"weather\",\"arguments\":[1]}</tool_call>", true, "<tool_call>{\"name\":\"weather\",\"arguments\":[1]}</tool_call>", "" },
        { "<tool_call>{\"name\":\"weather\",\"arguments\":\"no JSON\"}</tool_call>", true, "<tool_call>{\"name\":\"weather\",\"arguments\":\"no JSON\"}</tool_call>", "" },
        // JSON that not everybody reads alike, or that nobody can read as text.
        { "<tool_call>{\"name\":\"weather\",\"arguments\":{\"a\":1,\"a\":2}}</tool_call>", true, "<tool_call>{\"name\":\"weather\",\"arguments\":{\"a\":1,\"a\":2}}</tool_call>", "" },
        { "<tool_call>{\"name\":\"\\ud800\",\"arguments\":{}}</tool_call>", true, "<tool_call>{\"name\":\"\\ud800\",\"arguments\":{}}</tool_call>", "" },
        { "{\"name\":\"weather\",\"arguments\":{\"x\":[\"\\udc00\"]}}", true, "{\"name\":\"weather\",\"arguments\":{\"x\":[\"\\udc00\"]}}", "" },
        { "{\"name\":\"weather\",\"arguments\":\"{\\\"\\\\ud800\\\":1}\"}", true, "{\"name\":\"weather\",\"arguments\":\"{\\\"\\\\ud800\\\":1}\"}", "" },
        { "<function=weather>{\"a\":1,\"a\":2}</function>", true, "<function=weather>{\"a\":1,\"a\":2}</function>", "" },
        { "<function=weather>{\"a\":\"\\ud800\"}</function>", true, "<function=weather>{\"a\":\"\\ud800\"}</function>", "" },
        // Cut off in the middle.
        { "I look. <tool_call>{\"name\":\"weather\",\"argu", false, "I look. ", "" },
        { "{\"name\": \"weather\", \"parame", false, "", "" },
        { "[{\"name\": \"weather\"", false, "", "" },
        { "{\"city\": \"Par", false, "{\"city\": \"Par", "" },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public void An_answer_is_text_and_calls_however_it_is_cut_into_pieces(string answer, bool isWhole, string text, string calls)
    {
        for (var size = 1; size <= Math.Max(1, answer.Length); size++)
        {
            var reader = new ToolCallReader(Tools);

            var shown = string.Concat(answer.Chunk(size).Select(piece => reader.Append(new string(piece)))) + reader.Finish(isWhole);

            Assert.Equal(text, shown);
            Assert.Equal(calls, string.Join(' ', reader.Calls.Select(c => c.Name + c.Arguments.GetRawText())));
        }
    }

    [Fact]
    public void Text_before_a_call_does_not_wait_for_it()
    {
        var reader = new ToolCallReader(Tools);

        Assert.Equal("I look. ", reader.Append("I look. <tool_call>{\"na"));
        Assert.Equal("", reader.Append("me\":\"weather\",\"arguments\":{}}</tool_ca"));
        Assert.Empty(reader.Calls);
        Assert.Equal("", reader.Append("ll>"));
        Assert.Single(reader.Calls);
    }

    [Fact]
    public void Calls_have_identifiers_of_their_own_that_every_template_takes()
    {
        var reader = new ToolCallReader(Tools);
        reader.Append("<tool_call>{\"name\":\"time\"}</tool_call><tool_call>{\"name\":\"time\"}</tool_call>");

        Assert.Equal(2, reader.Calls.Select(c => c.Id).Distinct().Count());
        Assert.All(reader.Calls, c => Assert.Matches("^[a-zA-Z0-9]{9}$", c.Id));
    }

    [Fact]
    public void What_a_refusal_follows_calls_nothing()
    {
        var reader = new ToolCallReader(Tools);
        var shown = reader.Append("<tool_call>{\"name\":\"time\"}</tool_call> and <tool_call>{\"na…\n\nI'm sorry.");

        Assert.Equal(" and <tool_call>{\"na…\n\nI'm sorry.", shown + reader.GiveUp());
        Assert.Empty(reader.Calls);
    }
}
