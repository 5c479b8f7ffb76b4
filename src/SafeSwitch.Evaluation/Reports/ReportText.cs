namespace SafeSwitch.Evaluation.Reports;

/// <summary>A report as Markdown.</summary>
internal static class ReportText
{
    public static string Markdown(EvaluationReport report) =>
        $"# {report.Title}\n\n{Headline.Of(report.Summary)}\n\n{MarkdownReport.Write(EvaluationTables.Of(report.Summary))}";
}
