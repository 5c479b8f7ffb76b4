using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.OnnxRuntime.Prompts;
using SafeSwitch.OnnxRuntime.Tests.Support;

namespace SafeSwitch.OnnxRuntime.Tests.Prompts;

public sealed class PromptTokenizerTests
{
    private readonly PromptTokenizer tokenizer = PromptTokenizer.Load(SmallDecoder.Source, [])!;

    [Fact]
    public void TheMaskHoldsWhatUsersSaidAndNothingElse()
    {
        var prompt = tokenizer.Encode(
            [PromptMessage.System("Be brief."), PromptMessage.User("How are you?"), PromptMessage.Assistant("Well."), PromptMessage.User("And now?")]);
        Assert.Equal(prompt.Tokens.Length, prompt.ContentMask.Length);
        Assert.Equal("How are you?And now?", Text(prompt, masked: true));
        var rest = Text(prompt, masked: false);
        Assert.Contains("Be brief.", rest, StringComparison.Ordinal);
        Assert.Contains("Well.", rest, StringComparison.Ordinal);
    }

    [Fact]
    public void AFolderWithoutTokenizerIsAProblem()
    {
        using var folder = new TemporaryFolder();
        var problems = new List<BundleProblem>();
        Assert.Null(PromptTokenizer.Load(folder.Path, problems));
        Assert.Equal("tokenizer.json", Assert.Single(problems).File);
    }

    [Fact]
    public void Tools_their_calls_and_results_are_the_templates_and_results_are_content()
    {
        using var folder = new TemporaryFolder();
        foreach (var file in Directory.EnumerateFiles(SmallDecoder.Source, "tokenizer*.json"))
            File.Copy(file, folder.File(Path.GetFileName(file)));
        File.WriteAllText(folder.File("chat_template.jinja"), """
            {%- for t in tools or [] %}[{{ t.function.name }}: {{ t.function.description }} {{ t.function.parameters.properties.city.type }}]{% endfor -%}
            {%- for m in messages %}({{ m.role }} {{ m.content }}
            {%- for c in m.tool_calls or [] %} calls {{ c.function.name }} of {{ c.function.arguments.city }} as {{ c.id }}{% endfor %}
            {%- if m.tool_call_id %} answers {{ m.name }} {{ m.tool_call_id }}{% endif %}){% endfor -%}
            """);
        var own = PromptTokenizer.Load(folder.Path, [])!;
        var tool = new ToolDescription("weather", "Tells it.", System.Text.Json.JsonElement.Parse("""{"type":"object","properties":{"city":{"type":"string"}}}"""));

        var prompt = own.Encode(
            [
                PromptMessage.User("Umbrella?"),
                PromptMessage.Assistant("") with { ToolCalls = [new ToolCall("id1", "weather", System.Text.Json.JsonElement.Parse("""{"city":"Paris"}"""))] },
                PromptMessage.ToolResult("Rain!", "id1", "weather"),
            ],
            [tool]);

        var stream = own.CreateTextStream();
        Assert.Equal(
            "[weather: Tells it. string](user Umbrella?)(assistant  calls weather of Paris as id1)(tool Rain! answers weather id1)",
            string.Concat(prompt.Tokens.ToArray().Select(stream.Append)) + stream.Flush());
        var read = Text(prompt, masked: true);
        Assert.Contains("Rain!", read, StringComparison.Ordinal);
        Assert.DoesNotContain("Paris", read, StringComparison.Ordinal);
        Assert.DoesNotContain("Tells", read, StringComparison.Ordinal);
        File.WriteAllText(folder.File("chat_template.jinja"), "{{ messages[0].content }}");
        Assert.Throws<NotSupportedException>(() => PromptTokenizer.Load(folder.Path, [])!.Encode([PromptMessage.User("x")], [tool]));
    }

    private string Text(EncodedPrompt prompt, bool masked)
    {
        var stream = tokenizer.CreateTextStream();
        var tokens = prompt.Tokens.ToArray().Where((_, i) => prompt.ContentMask.Span[i] > 0 == masked);
        return string.Concat(tokens.Select(stream.Append)) + stream.Flush();
    }
}
