using System.Text;

namespace SafeSwitch.Evaluation.Reports;

/// <summary>A table as text, for whoever draws it.</summary>
/// <param name="Title">A heading.</param>
/// <param name="Columns">Column heads; the first column names the row, the others hold figures.</param>
/// <param name="Rows">The cells.</param>
/// <param name="Note">What a reader must know to read it right.</param>
public sealed record ReportTable(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows, string? Note = null);

/// <summary>Tables as Markdown.</summary>
public static class MarkdownReport
{
    /// <summary>One heading and table after another, ending in a line end.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="tables"/> is <see langword="null"/>.</exception>
    public static string Write(IEnumerable<ReportTable> tables)
    {
        ArgumentNullException.ThrowIfNull(tables);
        var text = new StringBuilder();
        foreach (var table in tables)
        {
            if (text.Length > 0)
                text.Append('\n');
            text.Append("### ").Append(table.Title).Append("\n\n");
            AppendRow(text, table.Columns);
            AppendRow(text, table.Columns.Select((_, i) => i == 0 ? "---" : "---:"));
            foreach (var row in table.Rows)
                AppendRow(text, row);
            if (table.Note is { } note)
                text.Append('\n').Append(note).Append('\n');
        }

        return text.ToString();
    }

    private static void AppendRow(StringBuilder text, IEnumerable<string> cells) =>
        text.Append("| ").AppendJoin(" | ", cells.Select(c => c.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
}
