using SafeSwitch.Evaluation.Reports;
using Spectre.Console;

namespace SafeSwitch.Cli.Shared.Terminals;

/// <summary>Draws tables of a report.</summary>
internal static class TableView
{
    private const int Roomy = 100;

    public static void Write(Terminal terminal, ReportTable report)
    {
        var table = new Table { Border = terminal.IsOutputPlain ? TableBorder.Markdown : TableBorder.Rounded };
        foreach (var (column, index) in report.Columns.Select((c, i) => (c, i)))
        {
            var head = new TableColumn(Markup.Escape(column));
            table.AddColumn(index == 0 ? head : head.RightAligned());
        }

        // An interval is read as one: where there is little room it stands below its share, and is not torn.
        var isNarrow = !terminal.IsOutputPlain && terminal.Out.Profile.Width < Roomy;
        foreach (var row in report.Rows)
            table.AddRow([.. row.Select(c => Markup.Escape(isNarrow ? c.Replace(" [", "\n[", StringComparison.Ordinal) : c))]);

        terminal.Out.MarkupLineInterpolated($"[bold]{report.Title}[/]");
        terminal.Out.Write(table);
        if (report.Note is { } note)
            terminal.Out.MarkupLineInterpolated($"[grey]{note}[/]");
        terminal.Out.WriteLine();
    }
}
