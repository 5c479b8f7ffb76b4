using System.Text.Json;
using SafeSwitch.Evaluation.Rows;
using SafeSwitch.Onnx.Files;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Evaluation.Reports.Html;

/// <summary>A report as files: <c>report.json</c> for machines, <c>report.md</c> for a repository, <c>report.html</c> for people,
/// <c>report.jsonl</c> with the rows that all figures are counted from, <c>wrong.html</c> with all rows
/// that went wrong where texts are shown, and where there are goals <c>junit.xml</c> for whatever runs the evaluation.</summary>
public static class ReportFolder
{
    /// <summary>Writes them, each whole or not at all.</summary>
    /// <param name="folder">Where they go; made if it is not there.</param>
    /// <param name="report">The figures.</param>
    /// <param name="rows">The rows that they were counted from.</param>
    /// <param name="requests">The requests of those rows, if the page is to show some texts, folded away; <see langword="null"/> to keep texts out of it.</param>
    /// <exception cref="ArgumentNullException"><paramref name="report"/> or <paramref name="rows"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="folder"/> is <see langword="null"/> or empty.</exception>
    public static void Write(string folder, EvaluationReport report, IReadOnlyList<EvaluatedRow> rows, IReadOnlyList<DataRow>? requests = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(rows);
        var examples = requests is not null && report.Summary.DefaultPolicy is { } policy ? ReportExample.Of(rows, requests, policy) : [];
        Directory.CreateDirectory(folder);
        AtomicFile.Write(Path.Combine(folder, ReportCheck.RowsName), stream =>
        {
            foreach (var row in rows.OrderBy(r => r.Key, StringComparer.Ordinal))
                stream.Write(RowsFile.LineOf(row));
        });
        AtomicFile.WriteText(Path.Combine(folder, ReportCheck.ReportFile), JsonSerializer.Serialize(report, ReportJson.Indented.EvaluationReport) + "\n");
        AtomicFile.WriteText(Path.Combine(folder, ReportCheck.TextFile), ReportText.Markdown(report));
        AtomicFile.WriteText(Path.Combine(folder, ReportCheck.PageFile), HtmlReport.Write(report, examples));
        if (requests is not null && report.Summary.DefaultPolicy is { } shown)
            AtomicFile.WriteText(Path.Combine(folder, "wrong.html"), WrongRowsPage.Write(report, rows, requests, shown));
        if (report.Summary.Goals.Count > 0)
            AtomicFile.WriteText(Path.Combine(folder, ReportCheck.GoalsFile), JUnitReport.Write(report));
    }
}
