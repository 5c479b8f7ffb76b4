using System.Text.Json.Nodes;

namespace SafeSwitch.Tokenization.Tests;

/// <summary>
/// Small templates against what the reference rendered: some by hand, each about one corner of the language, and two thousand from a
/// generator. They lie in the repository, so they run everywhere.
/// </summary>
public class JinjaGoldenTests
{
    [Theory]
    [InlineData("jinja.json", 157)]
    [InlineData("jinja-generated.json", 2000)]
    public void Every_template_renders_or_fails_as_the_reference(string file, int count)
    {
        var golden = JsonNode.Parse(File.ReadAllText(Fixtures.Repository("tests", "SafeSwitch.Tokenization.Tests", "Goldens", file)))!;
        var variables = golden["variables"]!.AsObject();
        var options = new TemplateOptions { Clock = new FixedClock(new DateTimeOffset(2025, 7, 10, 12, 5, 9, TimeSpan.Zero)) };
        var cases = golden["cases"]!.AsArray();
        Assert.Equal(count, cases.Count);
        var failures = cases.Select(item => Failure(item!, variables, options)).OfType<string>().ToList();
        Assert.True(failures.Count == 0, string.Join(Environment.NewLine, failures));
    }

    private static string? Failure(JsonNode item, JsonObject variables, TemplateOptions options)
    {
        var source = item["template"]!.GetValue<string>();
        var expected = item["expected"]?.GetValue<string>();
        try
        {
            var actual = ChatTemplate.Parse(source).RenderVariables(variables, options).Text;
            if (expected is null)
                return $"{source}\n  expected the error {item["error"]} but was {actual}";
            return expected == actual ? null : $"{source}\n  {Difference.Of(expected, actual)}";
        }
        catch (ChatTemplateException e)
        {
            Assert.InRange(e.Line, 1, 1 + source.Count(c => c == '\n'));
            Assert.True(e.Column >= 1);
            return expected is null ? null : $"{source}\n  expected {expected}\n  but was the error {e.Reason}";
        }
    }
}
