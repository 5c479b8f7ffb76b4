using System.Globalization;
using System.Security;
using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace SafeSwitch.QuickStart;

/// <summary>What the screen has shown, as an SVG for a page that can't run anything.</summary>
internal sealed class Picture : IAnsiConsoleEncoder
{
    private const double Column = 7.25;
    private const int Row = 18;
    private const int Margin = 16;

    public string Encode(IAnsiConsole console, IEnumerable<IRenderable> renderable)
    {
        var lines = Segment.SplitLines(renderable.SelectMany(r => r.GetSegments(console)).Where(s => !s.IsControlCode))
            .SkipWhile(IsEmpty).Reverse().SkipWhile(IsEmpty).Reverse().ToArray();
        var width = 2 * Margin + lines.Max(l => l.CellCount()) * Column;
        var height = 2 * Margin + lines.Length * Row;
        var svg = new StringBuilder().AppendLine(CultureInfo.InvariantCulture,
            $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="12" fill="#1f2328">""")
            .AppendLine("""<rect width="100%" height="100%" rx="8" fill="#ffffff" stroke="#d1d9e0"/>""");
        for (var i = 0; i < lines.Length; i++)
        {
            var column = 0;
            foreach (var segment in lines[i])
            {
                if (!string.IsNullOrWhiteSpace(segment.Text))
                    svg.AppendLine(CultureInfo.InvariantCulture, $"""<text x="{Margin + column * Column}" y="{Margin + (i + 0.75) * Row}"{Style(segment.Style)} xml:space="preserve">{SecurityElement.Escape(segment.Text.TrimEnd())}</text>""");
                column += segment.CellCount();
            }
        }

        return svg.AppendLine("</svg>").ToString();
    }

    private static bool IsEmpty(SegmentLine line) => line.All(s => string.IsNullOrWhiteSpace(s.Text));

    private static string Style(Style style) =>
        (style.Foreground == Color.Default ? "" : $" fill=\"#{style.Foreground.ToHex()}\"")
        + (style.Decoration.HasFlag(Decoration.Bold) ? " font-weight=\"bold\"" : "");
}
