using System.Text;

namespace SafeSwitch.Evaluation.Reports;

/// <summary>Tables as Markdown.</summary>
public static class MarkdownReport
{
    /// <summary>One heading and table after another, ending in a line end.</summary>
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
