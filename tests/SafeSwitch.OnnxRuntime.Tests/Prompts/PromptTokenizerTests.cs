using System.Text.Json.Nodes;
using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.OnnxRuntime.Prompts;
using SafeSwitch.OnnxRuntime.Tests.Support;

namespace SafeSwitch.OnnxRuntime.Tests.Prompts;

public sealed class PromptTokenizerTests
{
    private readonly PromptTokenizer tokenizer = PromptTokenizer.Load(SmallDecoder.Source, SmallDecoder.Context, [])!;

    [Fact]
    public void The_mask_holds_what_users_said_and_nothing_else()
    {
        var prompt = tokenizer.Encode(
            [PromptMessage.System("Be brief."), PromptMessage.User("How are you?"), PromptMessage.Assistant("Well."), PromptMessage.User("And now?")]);
        Assert.Equal(prompt.Tokens.Length, prompt.ContentMask.Length);
        Assert.Equal("How are you?And now?", Text(prompt, masked: true));
        var rest = Text(prompt, masked: false);
        Assert.Contains("Be brief.", rest, StringComparison.Ordinal);
        Assert.Contains("Well.", rest, StringComparison.Ordinal);
    }

    /// <summary>A caller's text in the system's place is the system's to the model, and the caller's to the guard.</summary>
    [Fact]
    public void What_comes_from_outside_is_in_the_mask_whatever_its_role()
    {
        PromptMessage[] messages = [PromptMessage.System("Be brief."), PromptMessage.Assistant("Well."), PromptMessage.User("And now?")];
        var outside = tokenizer.Encode([.. messages.Select(m => m with { IsFromOutside = true })]);

        Assert.Equal(tokenizer.Encode(messages).Tokens, outside.Tokens);
        Assert.Equal("Be brief.Well.And now?", Text(outside, masked: true));
    }

    [Fact]
    public void Messages_that_the_template_refuses_are_told_as_such()
    {
        using var folder = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(SmallDecoder.Source, "*.json"))
            File.Copy(file, folder.File(Path.GetFileName(file)));
        File.WriteAllText(folder.File("chat_template.jinja"), "{{ raise_exception('roles must alternate') }}");
        var refusing = PromptTokenizer.Load(folder.Path, SmallDecoder.Context, [])!;

        var error = Assert.Throws<PromptFormatException>(() => refusing.Encode([PromptMessage.User("x")]));

        Assert.Contains("roles must alternate", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_tokenizer_is_a_problem()
    {
        using var folder = new TemporaryFolder();
        var problems = new List<BundleProblem>();
        Assert.Null(PromptTokenizer.Load(folder.Path, SmallDecoder.Context, problems));
        Assert.Equal("tokenizer.json", Assert.Single(problems).File);
    }

    [Fact]
    public void A_prompt_that_leaves_no_room_for_an_answer_is_given_up_before_it_is_encoded()
    {
        var room = SmallDecoder.Context - tokenizer.Encode([PromptMessage.User("")]).Tokens.Length;
        var most = Enumerable.Range(1, 10 * SmallDecoder.Context).Last(n => Fits(n));

        Assert.True(most >= room - 1, $"{most} words are too much for {room} tokens");
        Assert.Equal(SmallDecoder.Context - 1, tokenizer.Encode([PromptMessage.User(Words(most))]).Tokens.Length);
        foreach (var words in new[] { most + 1, 10_000_000 })
        {
            var error = Assert.Throws<PromptTooLongException>(() => tokenizer.Encode([PromptMessage.User(Words(words))]));
            Assert.Equal((SmallDecoder.Context, true), (error.ContextLength, error.IsMinimum));
            Assert.InRange(error.PromptTokens, SmallDecoder.Context, words + SmallDecoder.Context);
            Assert.Contains($"at least {error.PromptTokens} tokens", error.Message, StringComparison.Ordinal);
        }

        bool Fits(int words)
        {
            try
            {
                return tokenizer.Encode([PromptMessage.User(Words(words))]).Tokens.Length > 0;
            }
            catch (PromptTooLongException)
            {
                return false;
            }
        }

        // A character a token, whatever the merges.
        static string Words(int count) => new('\u0007', count);
    }

    [Fact]
    public void A_pattern_of_the_tokenizer_that_never_ends_is_an_error_that_names_it()
    {
        var patterned = WithPattern("(?:a?){40}a{40}");

        var error = Assert.Throws<SafeSwitchException>(() => patterned.Encode([PromptMessage.User(new string('a', 40))]));

        Assert.Contains("(?:a?){40}a{40}", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("aaaaaaaa", error.Message, StringComparison.Ordinal);
    }

    private static PromptTokenizer WithPattern(string pattern)
    {
        using var folder = new TemporaryFolder();
        File.Copy(Path.Combine(SmallDecoder.Source, "tokenizer_config.json"), folder.File("tokenizer_config.json"));
        File.WriteAllText(folder.File("chat_template.jinja"), "{% for m in messages %}{{ m.content }}{% endfor %}");
        var tokenizer = JsonNode.Parse(File.ReadAllText(Path.Combine(SmallDecoder.Source, "tokenizer.json")))!;
        tokenizer["pre_tokenizer"] = new JsonObject
        {
            ["type"] = "Sequence",
            ["pretokenizers"] = new JsonArray(
                new JsonObject { ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = pattern }, ["behavior"] = "Isolated", ["invert"] = false },
                new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true, ["use_regex"] = false }),
        };
        File.WriteAllText(folder.File("tokenizer.json"), tokenizer.ToJsonString());
        var problems = new List<BundleProblem>();
        return PromptTokenizer.Load(folder.Path, SmallDecoder.Context, problems) ?? throw new InvalidOperationException(string.Join("; ", problems));
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
        var own = PromptTokenizer.Load(folder.Path, SmallDecoder.Context, [])!;
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
        Assert.Throws<NotSupportedException>(() => PromptTokenizer.Load(folder.Path, SmallDecoder.Context, [])!.Encode([PromptMessage.User("x")], [tool]));
    }

    private string Text(EncodedPrompt prompt, bool masked)
    {
        var stream = tokenizer.CreateTextStream();
        var tokens = prompt.Tokens.ToArray().Where((_, i) => prompt.ContentMask.Span[i] > 0 == masked);
        return string.Concat(tokens.Select(stream.Append)) + stream.Flush();
    }
}
