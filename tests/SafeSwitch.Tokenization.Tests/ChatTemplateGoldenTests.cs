using System.Text.Json.Nodes;

namespace SafeSwitch.Tokenization.Tests;

/// <summary>Every conversation of the shared goldens gives the text, or the refusal, of the reference implementation.</summary>
[OutsideFixtures]
public class ChatTemplateGoldenTests
{
    private const int Templates = 53;
    private const int Conversations = 901;
    private const int Refusals = 40;

    public static TheoryData<string> Files
    {
        get
        {
            // Where the fixtures are absent one name is left, so that the test is reported as skipped.
            var folder = Fixtures.OutsideFolder("fixtures", "chat-templates");
            return folder is null ? ["any"] : [.. Directory.GetFiles(folder, "*.json").Select(file => Path.GetFileName(file)).Order()];
        }
    }

    [Theory, MemberData(nameof(Files))]
    public void Every_conversation_renders_as_the_reference(string file)
    {
        var golden = Read(file);
        var template = ChatTemplate.Parse(golden["chat_template"]!.GetValue<string>(), file);
        var options = new TemplateOptions { Clock = new FixedClock(DateTimeOffset.Parse(golden["now"]!.GetValue<string>(), null)) };
        var failures = new List<string>();
        foreach (var item in golden["cases"]!.AsArray())
        {
            var outcome = Render(template, item!["variables"]!.AsObject(), options);
            var expected = item["expected"]?.GetValue<string>() ?? item["error"]!.GetValue<string>();
            if (outcome != expected)
                failures.Add($"{item["case"]}: {Difference.Of(expected, outcome)}");
        }

        Assert.True(failures.Count == 0, string.Join(Environment.NewLine, failures));
    }

    [Fact]
    public void The_goldens_are_all_there()
    {
        var folder = Fixtures.Outside("fixtures", "chat-templates");
        var all = Directory.GetFiles(folder, "*.json").Select(f => Read(Path.GetFileName(f))["cases"]!.AsArray()).ToArray();
        Assert.Equal(Templates, all.Length);
        Assert.Equal(Conversations, all.Sum(c => c.Count));
        Assert.Equal(Refusals, all.Sum(c => c.Count(i => i!["error"] is not null)));
    }

    private static JsonObject Read(string file) => JsonNode.Parse(File.ReadAllText(Fixtures.Outside("fixtures", "chat-templates", file)))!.AsObject();

    private static string Render(ChatTemplate template, JsonObject variables, TemplateOptions options)
    {
        try
        {
            return template.RenderVariables(variables, options).Text;
        }
        catch (ChatTemplateException e)
        {
            return "TemplateError: " + e.Reason;
        }
    }
}
