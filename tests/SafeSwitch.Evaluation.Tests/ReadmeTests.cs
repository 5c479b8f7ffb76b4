using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.Evaluation.Reports;
using SafeSwitch.Evaluation.Reports.Html;
using SafeSwitch.Evaluation.Suites;
using SafeSwitch.Monitoring;
using SafeSwitch.OnnxRuntime;
using SafeSwitch.Policies;

namespace SafeSwitch.Evaluation.Tests;

/// <summary>The package's README: its code is this file's, and it runs.</summary>
public class ReadmeTests
{
    [Fact]
    public async Task The_example_evaluates_a_suite_and_writes_its_report()
    {
        using var bundle = TestBundle.Create();
        bundle.Rows(8);
        bundle.Data("suite.json", """{ "name": "mine", "data": ["rows.jsonl"], "split": "all", "answer_tokens": 4, "utility_tokens": 4, "refusal_tokens": 4 }""");
        var folder = Path.Combine(bundle.Root, "report");

        var report = await EvaluateAsync(bundle.Folder, Path.Combine(bundle.Root, "suite.json"), folder, new FixedMonitor());

        Assert.Equal(8, report.Summary.Rows);
        Assert.Equal(["balanced", "unguarded", "safety prompt", "always on", "permissive", "strict", "mine"], report.Summary.Methods);
        Assert.All((string[])["report.html", "report.md", "report.json", "rows.jsonl"], f => Assert.True(File.Exists(Path.Combine(folder, f)), f));
    }

    [Fact]
    public void The_README_shows_the_code_that_runs_here()
    {
        static string Flat(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));

        var source = File.ReadAllText(Fixtures.Repository("tests", "SafeSwitch.Evaluation.Tests", "ReadmeTests.cs"));
        var start = source.LastIndexOf("// README", StringComparison.Ordinal) + "// README".Length;
        var example = source[start..source.IndexOf("// end", start, StringComparison.Ordinal)];
        var readme = File.ReadAllText(Fixtures.Repository("src", "SafeSwitch.Evaluation", "README.md"));
        Assert.Contains(Flat(example), Flat(readme), StringComparison.Ordinal);
    }

    private static async Task<EvaluationReport> EvaluateAsync(string model, string suiteFile, string folder, ISafetyMonitor monitor)
    {
        // README
        var suite = SuiteFiles.Open(suiteFile);
        var selected = suite.ReadRows(limit: null, strict: true, onProblem: _ => { });

        LoadedBundle bundle = new OnnxRuntimeBackend().Load(Bundle.Open(model));
        var options = suite.Options(bundle) with
        {
            Monitors = new Dictionary<string, EvaluatedMonitor> { ["mine"] = new(monitor, new SafetyPolicy()) },
        };

        await using var evaluator = new Evaluator(bundle, options);
        var rows = await evaluator.EvaluateAsync(selected.Rows, EvaluationFiles.InFolder(folder));

        var report = EvaluationReport.Of(suite, bundle.Bundle, options, rows, selected);
        ReportFolder.Write(folder, report, rows, selected.Rows);
        // end
        return report;
    }
}
