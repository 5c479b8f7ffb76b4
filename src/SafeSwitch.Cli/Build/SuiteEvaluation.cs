using SafeSwitch.Cli.Evaluate;
using SafeSwitch.Cli.Judge;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Cli.Shared.Terminals;
using SafeSwitch.Evaluation;
using SafeSwitch.Evaluation.Reports;
using SafeSwitch.Evaluation.Reports.Html;
using SafeSwitch.Evaluation.Suites;
using SafeSwitch.OnnxRuntime;
using SafeSwitch.Training.Judging;
using SafeSwitch.Training.Pipeline;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Cli.Build;

/// <summary>The last step of a build: what <c>evaluate</c> does with the recipe's suite.</summary>
internal static class SuiteEvaluation
{
    /// <exception cref="SafeSwitchException">The evaluation failed; the bundle is built.</exception>
    public static async Task RunAsync(BuildEvaluation evaluation, Terminal terminal, CancellationToken cancellationToken)
    {
        var suite = SuiteFiles.Open(evaluation.Suite, evaluation.DataFolder);
        var selected = suite.ReadRows(limit: null, evaluation.Strict, onProblem: problem => terminal.Tell($"warning: left out {problem}"));
        var loaded = new OnnxRuntimeBackend(new OnnxRuntimeOptions { IntraOpThreads = evaluation.Threads }).Load(evaluation.Bundle);
        var options = suite.Options(loaded) with { KeepRequests = evaluation.WithText };
        using var reference = options.Reference;
        var rows = await EvaluationRun.RowsAsync(
            loaded, options, selected, EvaluationFiles.InFolder(evaluation.Report), text => terminal.Tell($"warning: {text}"), evaluation.Progress, cancellationToken).ConfigureAwait(false);
        if (evaluation.Judge is { } judge)
        {
            using var client = JudgeEndpoint.Connect(judge);
            var asked = new ChatJudge(client, judge.Model, judge.Prompt is { } prompt ? JudgePrompt.Read(prompt) : null);
            var review = new AnswerReview(asked, Path.Combine(evaluation.Report, "judgements.jsonl"), judge.Asking) { Sample = evaluation.JudgeSample };
            rows = await review.ReviewAsync(rows, selected.Rows, evaluation.Progress, cancellationToken).ConfigureAwait(false);
        }

        var report = EvaluationReport.Of(suite, evaluation.Bundle, options, rows, selected, [EvaluationOutput.CommandOf(suite, evaluation.Bundle, evaluation.DataFolder is not null, evaluation.Threads, Arguments(evaluation))], evaluation.Threads);
        ReportFolder.Write(evaluation.Report, report, rows, evaluation.WithText ? selected.Rows : null);

        // The tables go beside the progress: standard output is for what the build made.
        var beside = new Terminal(terminal.Input, terminal.Error, terminal.Error, terminal.IsErrorPlain, terminal.IsErrorPlain, terminal.IsInputPiped);
        EvaluationOutput.WriteTables(beside, report.Summary, EvaluationTables.Of(report.Summary), selected);
        EvaluationOutput.Warn(report.Summary, text => terminal.Tell($"warning: {text}"));
        if (EvaluationOutput.FailureOf(report.Summary) is { } failure)
            throw new SafeSwitchException($"The bundle in '{evaluation.Bundle.Folder}' is built, and its evaluation on '{evaluation.Suite}' failed: {failure.Message}");
    }

    // What makes the same report by the verb.
    private static IEnumerable<string> Arguments(BuildEvaluation evaluation) =>
        [.. evaluation.Strict ? (string[])["--strict"] : [], .. evaluation.WithText ? (string[])[] : ["--without-text"]];
}
