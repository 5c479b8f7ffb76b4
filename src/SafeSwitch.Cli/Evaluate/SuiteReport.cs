using SafeSwitch.Bundles;
using SafeSwitch.Evaluation.Figures;
using SafeSwitch.Evaluation.Reports;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Cli.Evaluate;

/// <summary>The report on a suite.</summary>
internal static class SuiteReport
{
    public static EvaluationReport Of(SuiteCall suite, FinishedEvaluation evaluation, EvaluationSummary summary)
    {
        var model = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(evaluation.Bundle.Folder)));
        var rows = evaluation.Rows.CountBy(r => r.Set).ToDictionary(StringComparer.Ordinal);
        return new EvaluationReport
        {
            Title = suite.Files.Suite.Name,
            Model = model,
            Tool = ToolVersion.Text,
            Date = DateOnly.FromDateTime(DateTime.UtcNow),
            // By names alone: a report is passed on, where its maker keeps the files is not.
            Commands = [$"safeswitch evaluate {model} --suite {Path.GetFileName(suite.Files.SuitePath)} --data-folder DATA -o REPORT"],
            Split = suite.Files.Suite.Split,
            Data = [.. suite.Files.Data.Select(f => new DataSetRecord
            {
                Name = Path.GetFileName(f),
                Sha256 = DataFile.Sha256(f),
                Rows = rows.GetValueOrDefault(Path.GetFileNameWithoutExtension(f)),
            })],
            Selected = evaluation.Selected.Rows.Count,
            Malformed = evaluation.Selected.LeftOut,
            Settings = ReportSettings.Of(evaluation.Options),
            Summary = summary,
        };
    }

    /// <summary>Rows to show the text of.</summary>
    public static IReadOnlyList<ReportExample> Examples(SuiteCall suite, FinishedEvaluation evaluation) =>
        suite.WithText && evaluation.Options.CheckedPolicy is { } policy ? ReportExample.Of(evaluation.Rows, evaluation.Selected.Rows, policy) : [];
}
