using System.Globalization;
using SafeSwitch.Bundles;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Cli.Shared.Terminals;
using SafeSwitch.Evaluation;
using SafeSwitch.Evaluation.Figures;
using SafeSwitch.Evaluation.Reports;
using SafeSwitch.Evaluation.Reports.Html;
using SafeSwitch.Evaluation.Suites;
using SafeSwitch.Onnx.Files;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Cli.Evaluate;

/// <summary>Where the figures of an evaluation go.</summary>
internal static class EvaluationOutput
{
    /// <summary>Tells how far the rows are that several processes share.</summary>
    public static int WritePart(VerbCall call, SuiteCall suite, IReadOnlyList<EvaluatedRow> rows, SelectedRows selected)
    {
        var document = new ShardDocument(suite.Shard.Part, suite.Shard.Of, suite.Rows.Path, rows.Count, selected.Rows.Count);
        if (call.IsJson)
            call.WriteJson(document, EvaluateJson.Default);
        else
            document.Write(call.Terminal);
        return ExitCodes.Done;
    }

    // By names alone: a report is passed on, where its maker keeps the files is not.
    public static string CommandOf(SuiteFiles suite, Bundle bundle) =>
        $"safeswitch evaluate {Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(bundle.Folder)))} --suite {Path.GetFileName(suite.SuitePath)} --data-folder DATA -o REPORT";

    /// <summary>Sums up, writes the files that were asked for, and tells it.</summary>
    public static int Write(VerbCall call, SuiteCall? suite, string? markdown, FinishedEvaluation evaluation)
    {
        var (bundle, options, rows, selected) = evaluation;
        var report = suite is null ? null : EvaluationReport.Of(suite.Files, bundle, options, rows, selected, [CommandOf(suite.Files, bundle)]);
        var summary = report?.Summary ?? EvaluationSummary.Of(rows, options);
        var tables = EvaluationTables.Of(summary);
        if (report is not null)
        {
            ReportFolder.Write(suite!.Folder, report, suite.WithText ? rows : null, selected.Rows);
        }

        if (markdown is not null)
            AtomicFile.WriteText(markdown, MarkdownReport.Write(tables));
        if (call.IsJson)
            call.WriteJson(summary, EvaluateJson.Default);
        else
            WriteTables(call.Terminal, summary, tables, selected);
        if (suite is not null && !call.IsJson)
            call.Terminal.Output.WriteLine($"Report: {Path.Combine(suite.Folder, "report.html")}, report.md and report.json beside it.");
        return summary.Disagreements.Count == 0 ? ExitCodes.Done : ErrorReport.Write(Disagreement(summary), call.Terminal, isJson: false);
    }

    public static void WriteTables(Terminal terminal, EvaluationSummary summary, IReadOnlyList<ReportTable> tables, SelectedRows selected)
    {
        foreach (var table in tables)
            TableView.Write(terminal, table);
        var cost = summary.Cost;
        terminal.Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{summary.Rows:N0} of {selected.Rows.Count:N0} rows, {selected.LeftOut:N0} malformed; {cost.PromptTokens:N0} prompt tokens at {1000 * cost.PromptTokens / cost.PrefillMs:N0}/s, {cost.AnswerTokens:N0} answer tokens at {cost.MsPerToken:0.0} ms, probes {cost.ProbeMs / summary.Rows:0.0} ms a row"));
    }

    public static Failure Disagreement(EvaluationSummary summary) => new(
        ExitCodes.Failed,
        "evaluation",
        $"Run once more with nothing replayed, the guarded loop gave other tokens or another decision on {summary.Disagreements.Count} rows: {string.Join(", ", summary.Disagreements.Take(5))}.");
}

/// <summary>What was evaluated and what came of it.</summary>
/// <param name="Bundle">The bundle.</param>
/// <param name="Options">What was compared.</param>
/// <param name="Rows">The evaluated rows.</param>
/// <param name="Selected">The rows that were to be evaluated.</param>
internal sealed record FinishedEvaluation(Bundle Bundle, EvaluationOptions Options, IReadOnlyList<EvaluatedRow> Rows, SelectedRows Selected);
