using System.Text.Json.Nodes;

namespace SafeSwitch.Tokenization.Tests;

/// <summary>
/// Small templates, each about one corner of the language, against what the reference rendered. They lie in the repository, so they run everywhere.
/// </summary>
public class JinjaGoldenTests
{
    [Fact]
    public void Every_corner_of_the_language_renders_as_the_reference()
    {
        var golden = JsonNode.Parse(File.ReadAllText(Fixtures.Repository("tests", "SafeSwitch.Tokenization.Tests", "Goldens", "jinja.json")))!;
        var options = new TemplateOptions { Clock = new FixedClock(new DateTimeOffset(2025, 7, 10, 12, 5, 9, TimeSpan.Zero)) };
        var failures = new List<string>();
        var cases = golden["cases"]!.AsArray();
        Assert.True(cases.Count > 150);
        foreach (var item in cases)
        {
            var source = item!["template"]!.GetValue<string>();
            var expected = item["expected"]?.GetValue<string>();
            string? actual = null, reason = null;
            try
            {
                actual = ChatTemplate.Parse(source).RenderVariables(golden["variables"]!.AsObject(), options).Text;
            }
            catch (ChatTemplateException e)
            {
                reason = e.Reason;
                Assert.InRange(e.Line, 1, 1 + source.Count(c => c == '\n'));
                Assert.True(e.Column >= 1);
            }

            if (expected is null && actual is not null)
                failures.Add($"{source}\n  expected the error {item["message"]} but was {actual}");
            else if (expected is not null && actual is null)
                failures.Add($"{source}\n  expected {expected}\n  but was the error {reason}");
            else if (expected != actual)
                failures.Add($"{source}\n  {Difference.Of(expected!, actual!)}");
        }

        Assert.True(failures.Count == 0, string.Join(Environment.NewLine, failures));
    }
}
