using SafeSwitch.Backends;
using SafeSwitch.Evaluation.Reports;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Evaluation.Tests.Reports;

public class ReportExampleTests
{
    [Fact]
    public void Examples_are_the_first_of_their_kind_with_their_own_request()
    {
        var examples = ReportExample.Of(SampleReport.Rows, Requests(), "balanced");
        Assert.Equal(
            [(ExampleKind.Caught, "request h1"), (ExampleKind.Missed, "request h2"), (ExampleKind.RefusedWrongly, "request s2")],
            examples.Select(e => (e.Kind, e.Request)));
    }

    [Fact]
    public void Sources_take_turns_and_three_of_a_kind_are_enough()
    {
        string[] sources = ["a", "a", "a", "b", "c", "c"];
        var rows = sources.Select((s, i) => SampleReport.Rows[0] with { Id = $"x{i}", Source = s }).ToList();
        Assert.Equal(["x0", "x3", "x4"], ReportExample.Of(rows, [], "balanced").Select(e => e.Row.Id));
    }

    [Fact]
    public void Of_a_long_request_the_end_is_shown()
    {
        var request = new string('a', 5000) + " and the end";
        var shown = ReportExample.Of(SampleReport.Rows, [Request("h1", request)], "balanced")[0].Request;
        Assert.EndsWith("and the end", shown, StringComparison.Ordinal);
        Assert.InRange(shown.Length, 100, 800);
    }

    private static IEnumerable<DataRow> Requests() => SampleReport.Rows.Select(r => Request(r.Id, $"request {r.Id}"));

    private static DataRow Request(string id, string text) =>
        new() { Id = id, Set = "set", Messages = [PromptMessage.User(text)], Harmful = true, Source = "s", Split = "test" };
}
