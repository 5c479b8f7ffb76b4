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
    private static string CommandOf(SuiteCall suite, Bundle bundle, int? threads) =>
        CommandOf(suite.Files, bundle, suite.HasDataFolder, threads, [.. suite.Arguments, .. suite.WithText ? (string[])[] : ["--without-text"]]);

    /// <summary>The command that makes a report again.</summary>
    public static string CommandOf(SuiteFiles suite, Bundle bundle, bool hasDataFolder, int? threads, IEnumerable<string>? more = null)
    {
        List<string> words =
        [
            "safeswitch evaluate", Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(bundle.Folder))),
            "--suite", Path.GetFileName(suite.SuitePath),
            .. hasDataFolder ? (string[])["--data-folder", "DATA"] : [],
            .. more ?? [],
            .. threads is { } number ? (string[])["--threads", number.ToString(CultureInfo.InvariantCulture)] : [],
            "-o", "REPORT",
        ];
        return string.Join(' ', words);
    }

    /// <summary>Sums up, writes the files that were asked for, and tells it.</summary>
    public static int Write(VerbCall call, SuiteCall? suite, string? markdown, FinishedEvaluation evaluation)
    {
        var (bundle, options, rows, selected, threads) = evaluation;
        var report = suite is null ? null : EvaluationReport.Of(suite.Files, bundle, options, rows, selected, [CommandOf(suite, bundle, threads)], threads);
        var summary = report?.Summary ?? EvaluationSummary.Of(rows, options);
        var tables = EvaluationTables.Of(summary);
        if (report is not null)
            ReportFolder.Write(suite!.Folder, report, rows, suite.WithText ? selected.Rows : null);

        if (markdown is not null)
            AtomicFile.WriteText(markdown, MarkdownReport.Write(tables));
        if (call.IsJson)
            call.WriteJson(summary, EvaluateJson.Default);
        else
            WriteTables(call.Terminal, summary, tables, selected);
        if (suite is not null && !call.IsJson)
            call.Terminal.Output.WriteLine($"Report: {Path.Combine(suite.Folder, "report.html")}, report.md and report.json beside it.");
        Warn(summary, call.Warn);
        return FailureOf(summary) is not { } failure ? ExitCodes.Done : ErrorReport.Write(failure, call.Terminal, isJson: false);
    }

    public static void WriteTables(Terminal terminal, EvaluationSummary summary, IReadOnlyList<ReportTable> tables, SelectedRows selected)
    {
        foreach (var table in tables)
            TableView.Write(terminal, table);
        var cost = summary.Cost;
        terminal.Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{summary.Rows:N0} of {selected.Rows.Count:N0} rows, {selected.LeftOut:N0} malformed{(selected.Corrected > 0 ? $", {selected.Corrected:N0} left out by the corrections" : "")}; {cost.PromptTokens:N0} prompt tokens at {1000 * cost.PromptTokens / cost.PrefillMs:N0}/s, {cost.AnswerTokens:N0} answer tokens at {cost.MsPerToken:0.0} ms, probes {cost.ProbeMs / summary.Rows:0.0} ms a row"));
    }

    /// <summary>Says what the figures can't be taken for.</summary>
    public static void Warn(EvaluationSummary summary, Action<string> warn)
    {
        var exposure = summary.Exposure;
        if (exposure.Trained > 0)
            warn(string.Create(CultureInfo.InvariantCulture, $"{exposure.Trained:N0} of {summary.Rows:N0} rows were trained on: figures on them are no test, and the report says so"));
        if (exposure.Unknown > 0)
            warn(string.Create(CultureInfo.InvariantCulture, $"of {exposure.Unknown:N0} of {summary.Rows:N0} rows the bundle does not say whether it was made of them or of others of their sources: it names neither rows nor sources"));
        if (summary.Measure is { OtherLanguages: { Count: > 0 } other })
            warn(string.Create(CultureInfo.InvariantCulture, $"{other.Count:N0} of {other.Total:N0} answers are in other languages than English, which the refusal matcher can't read: it counts them as answered. Say how they refuse (refusal_patterns of a suite, --refusal-pattern), or ask a judge with --endpoint"));
    }

    /// <summary>What went wrong, if the figures can't be trusted or a goal is missed.</summary>
    public static Failure? FailureOf(EvaluationSummary summary) =>
        summary.Disagreements.Count > 0 ? Disagreement(summary) : summary.Goals.Any(g => g.Missed is not null) ? Missed(summary) : null;

    private static Failure Missed(EvaluationSummary summary) => new(
        ExitCodes.Failed,
        "goals",
        $"{summary.Goals.Count(g => g.Missed is not null)} of {summary.Goals.Count} goals are missed: {string.Join("; ", summary.Goals.Where(g => g.Missed is not null).Select(g => $"{g.Name}, {g.Missed}"))}.");

    private static Failure Disagreement(EvaluationSummary summary) => new(
        ExitCodes.Failed,
        "evaluation",
        $"Run once more with nothing replayed, the guarded loop gave other tokens or another decision on {summary.Disagreements.Count} rows: {string.Join(", ", summary.Disagreements.Take(5))}.");
}

/// <summary>What was evaluated and what came of it.</summary>
/// <param name="Bundle">The bundle.</param>
/// <param name="Options">What was compared.</param>
/// <param name="Rows">The evaluated rows.</param>
/// <param name="Selected">The rows that were to be evaluated.</param>
/// <param name="Threads">Threads of one run of the model, if the call says.</param>
internal sealed record FinishedEvaluation(Bundle Bundle, EvaluationOptions Options, IReadOnlyList<EvaluatedRow> Rows, SelectedRows Selected, int? Threads);
