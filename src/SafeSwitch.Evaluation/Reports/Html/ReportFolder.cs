using System.Text.Json;
using SafeSwitch.Onnx.Files;

namespace SafeSwitch.Evaluation.Reports.Html;

/// <summary>A report as files: <c>report.json</c> for machines, <c>report.md</c> for a repository, <c>report.html</c> for people.</summary>
internal static class ReportFolder
{
    public static void Write(string folder, EvaluationReport report, IReadOnlyList<ReportExample> examples)
    {
        Directory.CreateDirectory(folder);
        WholeFile.WriteText(Path.Combine(folder, "report.json"), JsonSerializer.Serialize(report, EvaluationJson.Indented.EvaluationReport) + "\n");
        WholeFile.WriteText(Path.Combine(folder, "report.md"), $"# {report.Title}\n\n{Headline.Of(report.Summary)}\n\n{MarkdownReport.Write(EvaluationTables.Of(report.Summary))}");
        WholeFile.WriteText(Path.Combine(folder, "report.html"), HtmlReport.Write(report, examples));
    }
}
