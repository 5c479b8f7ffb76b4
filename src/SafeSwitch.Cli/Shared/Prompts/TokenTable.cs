using System.Globalization;
using SafeSwitch.Cli.Shared.Terminals;
using SafeSwitch.Tokenization;
using Spectre.Console;

namespace SafeSwitch.Cli.Shared.Prompts;

/// <summary>Tokens for people: one a row, template and content differ by colour and by name.</summary>
internal static class TokenTable
{
    private static readonly Style TemplateStyle = new(Color.Blue);
    private static readonly Style ContentStyle = new(Color.Green);

    public static void Write(Terminal terminal, TokenizerModel tokenizer, IReadOnlyList<int> ids, IReadOnlyList<ContentSpan> content)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("#").RightAligned())
            .AddColumn(new TableColumn("id").RightAligned()).AddColumn("piece").AddColumn("from");
        for (var i = 0; i < ids.Count; i++)
        {
            var at = i;
            var span = content.FirstOrDefault(s => at >= s.Start && at < s.End);
            var (origin, style) = span == default ? ("template", TemplateStyle)
                : (span.MessageIndex < 0 ? "content" : string.Create(CultureInfo.InvariantCulture, $"message {span.MessageIndex}"), ContentStyle);
            var piece = SafeText.For(terminal, tokenizer.IdToToken(ids[i]) ?? "").Replace("\n", "\\n", StringComparison.Ordinal);
            table.AddRow(
                new Text(i.ToString(CultureInfo.InvariantCulture)), new Text(ids[i].ToString(CultureInfo.InvariantCulture)),
                new Text(piece, style), new Text(origin, style));
        }

        terminal.Out.Write(table);
    }
}
