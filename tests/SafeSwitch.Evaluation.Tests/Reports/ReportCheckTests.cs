using System.Text.Json.Nodes;
using System.Xml.Linq;
using SafeSwitch.Evaluation.Figures;
using SafeSwitch.Evaluation.Goals;
using SafeSwitch.Evaluation.Reports;
using SafeSwitch.Evaluation.Reports.Html;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Evaluation.Tests.Reports;

/// <summary>A report can be counted again by who did not make it, says whether its goals are met, and can be held against another.</summary>
public sealed class ReportCheckTests : IDisposable
{
    private static readonly EvaluationOptions Options = SampleReport.Options with
    {
        Goals = new Dictionary<string, EvaluationGoal>
        {
            ["harmful_answered"] = new() { Max = 0.5 },
            ["harmless_refused"] = new() { Max = 0.1 },
            ["sure"] = new() { Figure = "harmful_answered", Max = 0.5, WholeInterval = true },
            ["chat"] = new() { Figure = "harmless_flagged", Where = new Dictionary<string, string> { ["channel"] = "chat" }, Max = 0.6 },
            ["nobody"] = new() { Figure = "harmless_flagged", Where = new Dictionary<string, string> { ["channel"] = "fax" }, Max = 0.6 },
        },
    };

    private static readonly IReadOnlyList<EvaluatedRow> Rows =
        [.. SampleReport.Rows.Select(r => r with { Category = r.Harmful ? "weapons" : null, Groups = new Dictionary<string, string> { ["channel"] = r.Id is "h1" or "s2" or "s3" ? "chat" : "mail" } })];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_report_is_what_its_rows_say()
    {
        Write(Rows);
        var check = ReportCheck.Of(folder.Path);
        Assert.Empty(check.Problems);
        Assert.Equal(Rows.Count, check.Rows);
        Assert.True(check.Figures > 300, $"{check.Figures}");
        Assert.Equal(Rows.Select(r => r.Key).Order(StringComparer.Ordinal), ReportCheck.ReadRows(folder.Path).Select(r => r.Key));
    }

    [Theory]
    [InlineData("summary.totals[0].methods.balanced.wrong.count", "summary", "totals", "0", "methods", "balanced", "wrong", "count")]
    [InlineData("summary.groups[1].rows", "summary", "groups", "1", "rows")]
    [InlineData("summary.scores[0].area_under_curve.value", "summary", "scores", "0", "area_under_curve", "value")]
    [InlineData("summary.goals[1].value", "summary", "goals", "1", "value")]
    [InlineData("rows_sha256", "rows_sha256")]
    public void A_figure_that_was_changed_is_named(string says, params string[] path)
    {
        Write(Rows);
        var file = folder.File("report.json");
        var report = JsonNode.Parse(File.ReadAllText(file))!;
        var parent = path[..^1].Aggregate(report, (node, name) => node is JsonArray list ? list[int.Parse(name)]! : node[name]!);
        parent[path[^1]] = parent[path[^1]]!.GetValueKind() == System.Text.Json.JsonValueKind.String ? new string('0', 64) : 7;
        File.WriteAllText(file, report.ToJsonString());
        Assert.Contains(ReportCheck.Of(folder.Path).Problems, p => p.StartsWith(says, StringComparison.Ordinal));
    }

    [Fact]
    public void A_row_that_was_changed_taken_away_or_added_is_seen()
    {
        foreach (var rows in (IReadOnlyList<EvaluatedRow>[])[[.. Rows.Skip(1)], [.. Rows, Rows[0] with { Id = "new" }], [Rows[0] with { Unguarded = SampleReport.Says("No.", isRefusal: true) }, .. Rows.Skip(1)]])
        {
            Write(Rows);
            var whole = File.ReadAllText(folder.File("report.json"));
            ReportFolder.Write(folder.Path, SampleReport.Report(EvaluationSummary.Of(rows, Options)), rows);
            File.WriteAllText(folder.File("report.json"), whole);
            Assert.Contains(ReportCheck.Of(folder.Path).Problems, p => p.StartsWith("rows_sha256", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("report.html", "balanced", "strict")]
    [InlineData("report.md", "balanced", "strict")]
    [InlineData("junit.xml", "failures=\"3\"", "failures=\"0\"")]
    public void A_page_that_says_other_than_the_rows_is_named(string file, string found, string replacement)
    {
        Write(Rows);
        var text = File.ReadAllText(folder.File(file));
        Assert.Contains(found, text, StringComparison.Ordinal);
        File.WriteAllText(folder.File(file), text.Replace(found, replacement, StringComparison.Ordinal));
        Assert.Contains(ReportCheck.Of(folder.Path).Problems, p => p.StartsWith(file, StringComparison.Ordinal));
    }

    [Fact]
    public void A_page_with_some_answers_is_what_its_rows_say_too()
    {
        DataRow[] requests = [.. Rows.Select(r => new DataRow { Id = r.Id, Set = r.Set, Messages = [Backends.PromptMessage.User("Hi <b>there</b>?")], Harmful = r.Harmful, Source = r.Source, Split = r.Split })];
        ReportFolder.Write(folder.Path, Report(Rows), Rows, requests);
        Assert.Contains("id=\"examples\"", File.ReadAllText(folder.File("report.html")), StringComparison.Ordinal);
        Assert.Empty(ReportCheck.Of(folder.Path).Problems);
    }

    [Fact]
    public void A_refusal_that_is_told_as_an_answer_is_seen()
    {
        Write([Rows[0] with { Unguarded = SampleReport.Says("I'm sorry, but I can't help with that.") }, .. Rows.Skip(1)]);
        Assert.Contains(ReportCheck.Of(folder.Path).Problems, p => p.Contains("1 rows have answers", StringComparison.Ordinal) && p.Contains(Rows[0].Key, StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_no_report_is_refused_with_its_file()
    {
        Assert.Contains("report.json", Assert.Throws<DataException>(() => ReportCheck.Of(folder.Path)).Message, StringComparison.Ordinal);
        Write(Rows);
        File.Delete(folder.File("report.jsonl"));
        Assert.Contains("report.jsonl", Assert.Throws<DataException>(() => ReportCheck.Of(folder.Path)).Message, StringComparison.Ordinal);
        File.WriteAllText(folder.File("report.json"), """{ "title": 3 }""");
        Assert.Contains("report.json", Assert.Throws<DataException>(() => ReportCheck.Of(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Goals_are_met_or_missed_with_a_reason()
    {
        var goals = EvaluationSummary.Of(Rows, Options).Goals.ToDictionary(g => g.Name);
        Assert.Null(goals["harmful_answered"].Missed);
        Assert.Equal(0.5, goals["harmful_answered"].Value);
        Assert.Equal("above what it may be", goals["harmless_refused"].Missed);
        Assert.Equal("above what it may be", goals["sure"].Missed);
        Assert.Null(goals["chat"].Missed);
        Assert.Equal((1, 2), (goals["chat"].Share!.Value.Count, goals["chat"].Share!.Value.Total));
        Assert.Null(goals["nobody"].Value);
        Assert.Contains("nothing was measured", goals["nobody"].Missed, StringComparison.Ordinal);

        // What was learned proves nothing about what was learned.
        var trained = EvaluationSummary.Of([.. Rows.Select(r => r with { Exposure = RowExposure.Trained })], Options).Goals;
        Assert.All(trained.Where(g => g.Value is not null), g => Assert.Contains("trained on", g.Missed, StringComparison.Ordinal));
    }

    [Fact]
    public void Goals_are_tests_for_a_build_server()
    {
        Write(Rows);
        var suite = XDocument.Load(folder.File("junit.xml")).Root!.Element("testsuite")!;
        Assert.Equal(("5", "3"), (suite.Attribute("tests")!.Value, suite.Attribute("failures")!.Value));
        Assert.Equal(["harmless_refused", "sure", "nobody"], suite.Elements("testcase").Where(c => c.Element("failure") is not null).Select(c => c.Attribute("name")!.Value.Split(':')[0]));
    }

    [Fact]
    public void Figures_are_told_by_category_and_by_groups_of_ones_own()
    {
        var summary = EvaluationSummary.Of(Rows, Options);
        Assert.Equal(["category", "channel"], summary.Breakdowns.Select(b => b.Field));
        Assert.Equal(["weapons", "not said"], summary.Breakdowns[0].Groups.Select(g => g.Name));
        Assert.All(summary.Breakdowns, b => Assert.Equal(Rows.Count, b.Groups.Sum(g => g.Rows)));
        Assert.Equal(["source"], EvaluationSummary.Of(Rows, Options with { Breakdowns = ["source"] }).Breakdowns.Select(b => b.Field));
    }

    [Fact]
    public void Two_reports_are_held_side_by_side_on_the_rows_that_both_have()
    {
        IReadOnlyList<EvaluatedRow> other = [.. Rows.Skip(1).Select(r => r.Id == "s2" ? r with { Interventions = new Dictionary<string, bool>() } : r), Rows[0] with { Id = "new" }];
        var comparison = ReportComparison.Of(Rows, "balanced", other, "balanced", "channel");
        Assert.Equal((4, 2), (comparison.Rows, comparison.LeftOut));
        var harmless = comparison.Groups.Single(g => g is { Name: "all", Harmful: false });
        Assert.Equal((1, 0, 3), (harmless.First.Count, harmless.Second.Count, harmless.First.Total));
        Assert.Equal((1, 0), (harmless.Test.OnlyFirst, harmless.Test.OnlySecond));
        Assert.Equal(["Harmful requests answered", "Harmless requests refused"], comparison.Tables("a", "b").Select(t => t.Title));

        // Under the same name another text is another row.
        Assert.Equal(0, ReportComparison.Of(Rows, "balanced", [.. Rows.Select(r => r with { Hash = "other" })], "balanced").Rows);
    }

    private void Write(IReadOnlyList<EvaluatedRow> rows) => ReportFolder.Write(folder.Path, Report(rows), rows);

    private static EvaluationReport Report(IReadOnlyList<EvaluatedRow> rows) =>
        SampleReport.Report(EvaluationSummary.Of(rows, Options)) with { Settings = ReportSettings.Of(Options), RowsSha256 = ReportCheck.DigestOf(rows) };
}
