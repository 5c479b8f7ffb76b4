using SafeSwitch.Cli.Shared;

namespace SafeSwitch.Cli.Tests;

public class EvaluateTests
{
    [Fact]
    public async Task Rows_tables_markdown_and_json_tell_the_same()
    {
        using var bundle = TestBundle.Create();
        var rows = Path.Combine(bundle.Root, "out", "out.jsonl");
        var markdown = Path.Combine(bundle.Root, "table.md");
        string[] arguments =
        [
            "evaluate", bundle.Folder, "--data", bundle.Rows(20), "--compare", bundle.ReferenceProbe, "--compare-response", bundle.ReferenceResponseProbe, "--rows", rows,
            "--max-tokens", "6", "--refusal-tokens", "6", "--check-every", "2", "--markdown", markdown,
        ];
        var shown = await Tool.RunAsync(arguments);

        Assert.Equal(ExitCodes.Done, shown.ExitCode);
        Assert.Equal(16, File.ReadAllLines(rows).Length);
        foreach (var column in new[] { "unguarded", "reference", "permissive", "balanced", "strict" })
            Assert.Contains(column, shown.Output, StringComparison.Ordinal);
        Assert.Contains("16 of 16 rows", shown.Output, StringComparison.Ordinal);
        Assert.Contains("evaluate  100%", shown.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', shown.Error);
        Assert.DoesNotContain('\u001b', shown.Output);
        Assert.Contains("### Harmful requests answered", await File.ReadAllTextAsync(markdown, TestContext.Current.CancellationToken), StringComparison.Ordinal);

        // The second run finds every row made, and only sums up.
        var summed = await Tool.RunAsync([.. arguments, "--json"]);
        Assert.Equal(ExitCodes.Done, summed.ExitCode);
        Assert.Equal(16, summed.Json.GetProperty("rows").GetInt32());
        Assert.Equal(8, summed.Json.GetProperty("loop_agrees").GetProperty("count").GetInt32());
        Assert.Equal(16, File.ReadAllLines(rows).Length);
    }

    [Fact]
    public async Task An_attack_says_how_many_tries_it_took_and_writes_what_worked()
    {
        using var bundle = TestBundle.Create();
        var output = Path.Combine(bundle.Root, "attacks.jsonl");
        string[] words = [.. Enumerable.Range(0, 60).Select(i => $"word{(char)('a' + (i / 26))}{(char)('a' + (i % 26))}")];
        var data = bundle.Data(
            "mine.jsonl",
            $$"""{"prompt": "{{string.Join(' ', words)}}", "harmful": false, "split": "test"}""",
            """{"id": "h", "prompt": "hello", "harmful": true, "split": "test"}""");
        string[] arguments = ["attack", bundle.Folder, "--data", data, "--tries", "3", "--words", "4", "-o", output];
        var shown = await Tool.RunAsync(arguments);
        Assert.True(shown.ExitCode == ExitCodes.Done, shown.Error);
        Assert.Contains("Random suffixes after 1 harmful requests", shown.Output, StringComparison.Ordinal);
        Assert.Contains("\"row\":\"mine/h\"", Assert.Single(File.ReadAllLines(output)), StringComparison.Ordinal);
        var again = await Tool.RunAsync([.. arguments, "--json"]);
        Assert.Equal("mine/h", again.Json[0].GetProperty("row").GetString());

        var unknown = await Tool.RunAsync([.. arguments, "--policy", "none"]);
        Assert.Equal(ExitCodes.Usage, unknown.ExitCode);
        Assert.Contains("--policy: found 'none'", unknown.Error, StringComparison.Ordinal);
        var harmless = await Tool.RunAsync(["attack", bundle.Folder, "--data", bundle.Data("calm.jsonl", """{"prompt": "hello", "harmful": false, "split": "test"}""")]);
        Assert.Equal(ExitCodes.BadInput, harmless.ExitCode);
        Assert.Contains("no harmful row", harmless.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Malformed_rows_are_told_by_line_and_the_rest_goes_on_unless_strict()
    {
        using var bundle = TestBundle.Create();
        var data = bundle.Data(
            "mine.jsonl",
            """{"prompt": "hello", "harmful": false, "split": "test"}""",
            """{"prompt": "hello", "harmful": "no", "split": "test"}""",
            "not json");
        string[] arguments = ["evaluate", bundle.Folder, "--data", data, "--max-tokens", "4", "--rows", Path.Combine(bundle.Root, "out.jsonl")];
        var lenient = await Tool.RunAsync(arguments);
        Assert.Equal(ExitCodes.Done, lenient.ExitCode);
        Assert.Contains("mine.jsonl:2: harmful", lenient.Error, StringComparison.Ordinal);
        Assert.Contains("mine.jsonl:3", lenient.Error, StringComparison.Ordinal);
        Assert.Contains("1 of 1 rows, 2 malformed", lenient.Output, StringComparison.Ordinal);

        var strict = await Tool.RunAsync([.. arguments, "--strict"]);
        Assert.Equal(ExitCodes.BadInput, strict.ExitCode);
        Assert.Contains("mine.jsonl:2: harmful", strict.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_split_without_rows_is_told_with_those_that_are_there()
    {
        using var bundle = TestBundle.Create();
        var data = bundle.Data("mine.jsonl", """{"prompt": "hello", "harmful": false}""");
        var run = await Tool.RunAsync("evaluate", bundle.Folder, "--data", data, "--rows", Path.Combine(bundle.Root, "out.jsonl"));
        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.Contains("1 of 'train'", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(bundle.Root, "out.jsonl")));
    }

    [Fact]
    public async Task Limit_spreads_over_all_rows()
    {
        using var bundle = TestBundle.Create();
        var rows = Path.Combine(bundle.Root, "out.jsonl");
        var run = await Tool.RunAsync(
            "evaluate", bundle.Folder, "--data", bundle.Rows(20), "--split", "all", "--limit", "4", "--unguarded", "--max-tokens", "2", "--rows", rows);
        Assert.Equal(ExitCodes.Done, run.ExitCode);
        Assert.Equal(["r0", "r5", "r10", "r15"], File.ReadAllLines(rows).Select(l => System.Text.Json.JsonDocument.Parse(l).RootElement.GetProperty("id").GetString()));
    }

    [Theory]
    [InlineData("--policy", "lax", ExitCodes.Usage)]
    [InlineData("--limit", "0", ExitCodes.Usage)]
    [InlineData("--split", "other", ExitCodes.Usage)]
    [InlineData("--compare", "missing.onnx", ExitCodes.BadInput)]
    [InlineData("--compare-response", "--compare", ExitCodes.Usage)]
    [InlineData("--refusals", "missing.json", ExitCodes.BadInput)]
    public async Task A_bad_option_is_told_before_anything_is_written(string option, string value, int exitCode)
    {
        using var bundle = TestBundle.Create();
        var rows = Path.Combine(bundle.Root, "out.jsonl");
        var run = await Tool.RunAsync("evaluate", bundle.Folder, "--data", bundle.Rows(6), "--rows", rows, option, value);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(value, run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(rows));
    }

    [Fact]
    public async Task Missing_data_is_bad_input()
    {
        var run = await Tool.RunAsync("evaluate", "bundle", "--data", "missing.jsonl", "--rows", "out.jsonl");
        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.Contains("missing.jsonl", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_suite_runs_in_parts_and_then_makes_the_report()
    {
        using var bundle = TestBundle.Create();
        var report = Path.Combine(bundle.Root, "report");
        string[] arguments = ["evaluate", bundle.Folder, "--suite", Suite(bundle), "-o", report];
        foreach (var part in new[] { "1/2", "2/2" })
        {
            var made = await Tool.RunAsync([.. arguments, "--shard", part]);
            Assert.Equal(ExitCodes.Done, made.ExitCode);
            Assert.Contains($"{part[0]} of 2 is done", made.Output, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(Path.Combine(report, "report.md")));
        var run = await Tool.RunAsync(arguments);
        Assert.Equal(ExitCodes.Done, run.ExitCode);
        Assert.Contains("16 of 16 rows", run.Output, StringComparison.Ordinal);
        Assert.Contains("report.html", run.Output, StringComparison.Ordinal);
        var markdown = await File.ReadAllTextAsync(Path.Combine(report, "report.md"), TestContext.Current.CancellationToken);
        foreach (var column in new[] { "unguarded", "safety prompt", "always on", "reference", "permissive", "balanced", "strict" })
            Assert.Contains($" {column} |", markdown, StringComparison.Ordinal);

        // One process says the same, but for times.
        var alone = Path.Combine(bundle.Root, "alone");
        Assert.Equal(ExitCodes.Done, (await Tool.RunAsync([.. arguments[..^1], alone])).ExitCode);
        foreach (var figures in new[] { "totals", "groups", "sources", "utility", "refusals", "scores", "loop_agrees" })
            Assert.Equal(Figures(alone, figures), Figures(report, figures));
        Assert.Equal("rows.jsonl", Figure(report, "data")[0].GetProperty("name").GetString());
        Assert.Empty(Directory.GetFiles(report, "*.tmp"));
    }

    [Fact]
    public async Task A_report_shows_some_texts_unless_told_not_to()
    {
        using var bundle = TestBundle.Create();
        var report = Path.Combine(bundle.Root, "report");
        string[] arguments = ["evaluate", bundle.Folder, "--suite", Suite(bundle), "-o", report];
        Assert.Equal(ExitCodes.Done, (await Tool.RunAsync(arguments)).ExitCode);
        Assert.Contains("<blockquote", await Page(report), StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Done, (await Tool.RunAsync([.. arguments, "--without-text"])).ExitCode);
        Assert.DoesNotContain("<blockquote", await Page(report), StringComparison.Ordinal);
        Assert.DoesNotContain(bundle.Root, await Page(report), StringComparison.Ordinal);

        static Task<string> Page(string report) => File.ReadAllTextAsync(Path.Combine(report, "report.html"), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_report_is_counted_again_from_its_rows_and_a_goal_that_is_missed_fails_the_run()
    {
        using var bundle = TestBundle.Create();
        var report = Path.Combine(bundle.Root, "report");
        bundle.Rows(20);
        var suite = bundle.Data("goals.json", """
            {
              "name": "tiny", "data": ["rows.jsonl"], "methods": ["policies"], "answer_tokens": 4, "utility_tokens": 4, "refusal_tokens": 4, "check_every": 0,
              "breakdowns": ["source"], "goals": { "harmless_refused": { "max": 1 }, "never": { "figure": "harmless_flagged", "max": 0, "policy": "strict" } }
            }
            """);
        string[] arguments = ["evaluate", bundle.Folder, "--suite", suite, "-o", report, "--limit", "14"];
        var run = await Tool.RunAsync(arguments);
        Assert.Equal(ExitCodes.Failed, run.ExitCode);
        Assert.Contains("1 of 2 goals are missed: never, above what it may be", run.Error, StringComparison.Ordinal);
        Assert.Contains("does not say whether it was made of them", run.Error, StringComparison.Ordinal);
        Assert.Contains("failures=\"1\"", await File.ReadAllTextAsync(Path.Combine(report, "junit.xml"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal($"safeswitch evaluate {Path.GetFileName(bundle.Folder)} --suite goals.json --limit 14 -o REPORT", Figure(report, "commands")[0].GetString());
        Assert.Equal(64, Figure(report, "guard").GetProperty("manifest_sha256").GetString()!.Length);
        Assert.Equal(["goals.json"], Figure(report, "suite_files").EnumerateArray().Select(f => f.GetProperty("file").GetString()));
        Assert.Contains("by source", await File.ReadAllTextAsync(Path.Combine(report, "report.md"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("id=\"export\"", await File.ReadAllTextAsync(Path.Combine(report, "wrong.html"), TestContext.Current.CancellationToken), StringComparison.Ordinal);

        var verified = await Tool.RunAsync("verify-report", report, "--bundle", bundle.Folder);
        Assert.True(verified.ExitCode == ExitCodes.Done, verified.Output);
        Assert.Contains("every figure is what the rows give", verified.Output, StringComparison.Ordinal);

        var file = Path.Combine(report, "report.json");
        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(file, text.Replace("\"rows\": 14", "\"rows\": 15", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        var tampered = await Tool.RunAsync("verify-report", report, "--json");
        Assert.Equal(ExitCodes.Failed, tampered.ExitCode);
        Assert.Contains(tampered.Json.GetProperty("problems").EnumerateArray(), p => p.GetString()!.StartsWith("summary.rows", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_judge_says_how_far_the_matcher_can_be_trusted_and_measures_where_it_judged_all()
    {
        using var bundle = TestBundle.Create();
        var report = Path.Combine(bundle.Root, "report");
        using var server = new JudgeServer((_, prompt) => (200, prompt.Length % 3 == 0 ? "no" : "yes"));
        string[] arguments = ["evaluate", bundle.Folder, "--suite", Suite(bundle), "-o", report, "--endpoint", server.Address, "--model", "judge-1"];
        var sampled = await Tool.RunAsync([.. arguments, "--judge-sample", "4", "--json"]);
        Assert.True(sampled.ExitCode == ExitCodes.Done, sampled.Error);
        var measure = sampled.Json.GetProperty("measure");
        Assert.Equal(("judge-1", false), (measure.GetProperty("judge").GetString(), measure.GetProperty("is_measure").GetBoolean()));
        Assert.True(measure.GetProperty("agreement").GetProperty("answers").GetInt32() >= 4);
        var plain = await Tool.RunAsync([.. arguments[..6], "--json"]);
        Assert.Equal(plain.Json.GetProperty("totals").GetRawText(), sampled.Json.GetProperty("totals").GetRawText());

        // Of all rows: its labels are the measure, nothing is asked twice, and the report is counted again from its rows.
        var asked = server.Requests;
        var whole = await Tool.RunAsync([.. arguments, "--json"]);
        Assert.True(server.Requests > asked);
        Assert.True(whole.Json.GetProperty("measure").GetProperty("is_measure").GetBoolean());
        Assert.NotEqual(plain.Json.GetProperty("totals").GetRawText(), whole.Json.GetProperty("totals").GetRawText());
        asked = server.Requests;
        Assert.Equal(whole.Json.GetRawText(), (await Tool.RunAsync([.. arguments, "--json"])).Json.GetRawText());
        Assert.Equal(asked, server.Requests);
        Assert.Contains("Cohen's kappa", await File.ReadAllTextAsync(Path.Combine(report, "report.md"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Done, (await Tool.RunAsync("verify-report", report)).ExitCode);

        var alone = await Tool.RunAsync([.. arguments[..6], "--judge-sample", "4"]);
        Assert.Equal(ExitCodes.Usage, alone.ExitCode);
        Assert.Contains("--judge-sample", alone.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_reports_are_compared_on_the_same_rows()
    {
        using var bundle = TestBundle.Create();
        foreach (var name in new[] { "one", "two" })
            Assert.Equal(ExitCodes.Done, (await Tool.RunAsync("evaluate", bundle.Folder, "--suite", Suite(bundle), "-o", Path.Combine(bundle.Root, name))).ExitCode);
        var run = await Tool.RunAsync("compare", Path.Combine(bundle.Root, "one"), Path.Combine(bundle.Root, "two"), "--by", "source", "--json");
        Assert.Equal(ExitCodes.Done, run.ExitCode);
        Assert.Equal((16, 0), (run.Json.GetProperty("rows").GetInt32(), run.Json.GetProperty("left_out").GetInt32()));
        Assert.All(run.Json.GetProperty("groups").EnumerateArray(), g => Assert.Equal(1, g.GetProperty("test").GetProperty("p_value").GetDouble()));
        var unknown = await Tool.RunAsync("compare", Path.Combine(bundle.Root, "one"), Path.Combine(bundle.Root, "two"), "--policy", "lax");
        Assert.Equal(ExitCodes.Usage, unknown.ExitCode);
        Assert.Contains("'lax'", unknown.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "answered": { "max": 0.1 } }""", "goals.answered")]
    [InlineData("""{ "harmful_answered": { } }""", "goals.harmful_answered")]
    [InlineData("""{ "harmful_answered": { "max": 0.1, "policy": "lax" } }""", "'lax'")]
    public async Task A_goal_that_can_not_be_judged_is_told_before_anything_runs(string goals, string says)
    {
        using var bundle = TestBundle.Create();
        bundle.Rows(6);
        var suite = bundle.Data("goals.json", $$"""{ "name": "tiny", "data": ["rows.jsonl"], "goals": {{goals}} }""");
        var run = await Tool.RunAsync("evaluate", bundle.Folder, "--suite", suite, "-o", Path.Combine(bundle.Root, "report"));
        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.Contains(says, run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(bundle.Root, "report")));
    }

    [Theory]
    [InlineData("--data")]
    [InlineData("--rows")]
    [InlineData("--max-tokens")]
    public async Task What_a_suite_says_is_not_said_again(string option)
    {
        using var bundle = TestBundle.Create();
        var run = await Tool.RunAsync("evaluate", bundle.Folder, "--suite", Suite(bundle), "-o", Path.Combine(bundle.Root, "report"), option, "3");
        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains($"{option}: found beside --suite", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(bundle.Root, "report")));
    }

    [Theory]
    [InlineData("--rows", "evaluate", "bundle", "--data", "mine.jsonl")]
    [InlineData("--data", "evaluate", "bundle", "--rows", "out.jsonl")]
    [InlineData("--output", "evaluate", "bundle", "--data", "mine.jsonl", "--rows", "out.jsonl", "-o", "report")]
    [InlineData("--shard", "evaluate", "bundle", "--data", "mine.jsonl", "--rows", "out.jsonl", "--shard", "1/2")]
    public async Task What_is_missing_or_out_of_place_is_told(string option, params string[] arguments)
    {
        var run = await Tool.RunAsync(arguments);
        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains($"{option}: found", run.Error, StringComparison.Ordinal);
    }

    private static string Figures(string report, string name) => Figure(report, "summary").GetProperty(name).GetRawText();

    private static System.Text.Json.JsonElement Figure(string report, string name) =>
        System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.Combine(report, "report.json"))).RootElement.GetProperty(name);

    private static string Suite(TestBundle bundle)
    {
        bundle.Rows(20);
        return bundle.Data(
            "suite.json",
            """
            {
              "name": "tiny", "data": ["rows.jsonl"], "reference": { "file": "reference.onnx", "response_file": "reference-response.onnx" },
              "answer_tokens": 6, "utility_tokens": 8, "refusal_tokens": 6, "check_every": 2
            }
            """);
    }
}
