using System.Text.Json;
using SafeSwitch.Onnx.Files;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Evaluation.Reports.Html;

/// <summary>A report as files: <c>report.json</c> for machines, <c>report.md</c> for a repository, <c>report.html</c> for people.</summary>
public static class ReportFolder
{
    /// <summary>Writes them, each whole or not at all.</summary>
    /// <param name="folder">Where they go; made if it is not there.</param>
    /// <param name="report">The figures.</param>
    /// <param name="rows">The evaluated rows, if the page is to show some texts, folded away; <see langword="null"/> to keep texts out of it.</param>
    /// <param name="requests">The requests of those rows.</param>
    /// <exception cref="ArgumentNullException"><paramref name="report"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="folder"/> is <see langword="null"/> or empty.</exception>
    public static void Write(
        string folder, EvaluationReport report, IReadOnlyList<EvaluatedRow>? rows = null, IReadOnlyList<DataRow>? requests = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(report);
        var examples = rows is not null && report.Summary.DefaultPolicy is { } policy ? ReportExample.Of(rows, requests ?? [], policy) : [];
        Directory.CreateDirectory(folder);
        AtomicFile.WriteText(Path.Combine(folder, "report.json"), JsonSerializer.Serialize(report, ReportJson.Indented.EvaluationReport) + "\n");
        AtomicFile.WriteText(Path.Combine(folder, "report.md"), $"# {report.Title}\n\n{Headline.Of(report.Summary)}\n\n{MarkdownReport.Write(EvaluationTables.Of(report.Summary))}");
        AtomicFile.WriteText(Path.Combine(folder, "report.html"), HtmlReport.Write(report, examples));
    }
}
