namespace SafeSwitch.Tokenization.Templates.Syntax;

/// <summary>A template's source, and where in it things are.</summary>
internal sealed class SourceText
{
    private const int LongestExcerpt = 160;

    private readonly string name;

    public SourceText(string source, string name)
    {
        this.name = name;
        // As the reference does: one kind of line end, and a single one at the very end does not count.
        Text = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        if (Text.EndsWith('\n'))
            Text = Text[..^1];
    }

    public string Text { get; }

    public ChatTemplateException Error(string reason, int position, Exception? cause = null)
    {
        position = Math.Clamp(position, 0, Text.Length);
        var line = 1 + Text.AsSpan(0, position).Count('\n');
        var start = position == 0 ? 0 : Text.LastIndexOf('\n', position - 1) + 1;
        var end = Text.IndexOf('\n', position);
        if (end < 0)
            end = Text.Length;
        var column = position - start + 1;
        if (end - start > LongestExcerpt)
        {
            start = Math.Max(start, Math.Min(position - LongestExcerpt / 2, end - LongestExcerpt));
            end = Math.Min(end, start + LongestExcerpt);
        }

        return new ChatTemplateException(name, reason, line, column, Text[start..end], cause);
    }
}
