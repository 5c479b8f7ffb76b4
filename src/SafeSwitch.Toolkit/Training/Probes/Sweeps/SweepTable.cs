using System.Globalization;
using System.Text;

namespace SafeSwitch.Toolkit.Training.Probes.Sweeps;

/// <summary>A sweep as a Markdown table: designs down, families and kinds across, in percent flagged.</summary>
public static class SweepTable
{
    /// <summary>The table; recall columns first, then over-refusal.</summary>
    /// <param name="rows">The sweep's result.</param>
    /// <param name="atLeast">Columns with fewer rows than this say too little and are left out.</param>
    public static string Markdown(IReadOnlyList<SweepRow> rows, int atLeast = 10)
    {
        if (rows.Count == 0)
            return "";
        int[] columns = [.. rows[0].Figures.Select((f, i) => (f, i)).Where(c => c.f.Flagged.Total >= atLeast)
            .OrderBy(c => !c.f.Harmful).Select(c => c.i)];
        var text = new StringBuilder("| probe |");
        foreach (var column in columns)
            text.Append(CultureInfo.InvariantCulture, $" {Title(rows[0].Figures[column])} |");
        text.Append(" AUROC |\n|---|").Insert(text.Length, "---|", columns.Length + 1).Append('\n');
        foreach (var row in rows)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {row.Design.Describe()} |");
            foreach (var column in columns)
                text.Append(CultureInfo.InvariantCulture, $" {100 * row.Figures[column].Flagged.Value:F0} |");
            text.Append(CultureInfo.InvariantCulture, $" {row.AreaUnderCurve:F3} |\n");
        }

        return text.ToString();

        static string Title(SweepFigure figure)
        {
            var rows = figure.Fold == SweepFold.Nothing.Name ? figure.Rows : $"{figure.Fold} left out, {figure.Rows}";
            return $"{rows}{(figure.Harmful ? "" : " harmless")} ({figure.Flagged.Total})";
        }
    }
}
