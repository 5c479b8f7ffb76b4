using System.CommandLine;
using System.Globalization;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Cli.Shared.Terminals;
using SafeSwitch.Evaluation;
using SafeSwitch.Evaluation.Reports;
using SafeSwitch.Evaluation.Reports.Html;
using SafeSwitch.Onnx.Files;

namespace SafeSwitch.Cli.Evaluate;

/// <summary>Two reports on the same rows: was the change one for the better?</summary>
internal sealed class CompareVerb : Verb
{
    private readonly Argument<string> first = new("FIRST") { Description = "A folder that `evaluate` wrote" };
    private readonly Argument<string> second = new("SECOND") { Description = "Another one, on the same rows" };
    private readonly Option<string?> policy = new("--policy") { Description = "The policy or method of both; by default the default policy of each", HelpName = "NAME" };
    private readonly Option<string?> by = new("--by") { Description = "Also tell it by that field of the rows: category, language, source, or a group of their own", HelpName = "FIELD" };
    private readonly Option<string?> markdown = new("--markdown") { Description = "Also write the tables as Markdown", HelpName = "FILE.md" };

    public CompareVerb()
        : base(
            "compare",
            "Holds two reports side by side on the rows that both have, with paired tests",
            new("compare report-before report-after", "did the new probe help?"),
            new("compare report-phi report-qwen --policy strict --by category", "two models under one policy, by category"))
    {
        Add(first);
        Add(second);
        foreach (var option in new Option[] { policy, by, markdown })
            Add(option);
    }

    protected override Task<int> RunAsync(VerbCall call)
    {
        var (one, other) = (Read(call, call.Get(first)), Read(call, call.Get(second)));
        var comparison = ReportComparison.Of(one.Rows, one.Method, other.Rows, other.Method, call.Get(by));
        if (comparison.Rows == 0)
            throw new SafeSwitchException("The two reports have no row in common, expected reports on the same data.");
        var names = one.Name == other.Name ? ("first", "second") : (one.Name, other.Name);
        var tables = comparison.Tables(names.Item1, names.Item2);
        if (call.Get(markdown) is { } file)
            AtomicFile.WriteText(file, MarkdownReport.Write(tables));
        if (call.IsJson)
        {
            call.WriteJson(comparison, EvaluateJson.Default);
            return Task.FromResult(ExitCodes.Done);
        }

        foreach (var table in tables)
            TableView.Write(call.Terminal, table);
        if (comparison.LeftOut > 0)
            call.Warn(string.Create(CultureInfo.InvariantCulture, $"{comparison.LeftOut:N0} rows are left out: only one report has them, or their text is another"));
        return Task.FromResult(ExitCodes.Done);
    }

    private (string Name, string Method, IReadOnlyList<EvaluatedRow> Rows) Read(VerbCall call, string folder)
    {
        var report = ReportCheck.Read(folder);
        var method = call.Get(policy) ?? report.Summary.DefaultPolicy ?? Methods.Unguarded;
        return report.Summary.Methods.Contains(method)
            ? (Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), method, ReportCheck.ReadRows(folder))
            : throw new UsageException($"--policy: found '{method}', expected one of the methods of '{folder}': {string.Join(", ", report.Summary.Methods)}.");
    }
}
