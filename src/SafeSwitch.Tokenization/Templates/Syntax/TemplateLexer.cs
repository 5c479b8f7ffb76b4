using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Syntax;

/// <summary>
/// Cuts a template into tokens. Block tags take the line end after them with them, and the white space of their line before them,
/// as model hubs configure it; <c>-</c> and <c>+</c> beside a delimiter say otherwise.
/// </summary>
internal sealed class TemplateLexer(SourceText source)
{
    private readonly string text = source.Text;
    private readonly List<TemplateToken> tokens = [];
    private int position;
    private bool lineStarts = true;

    public List<TemplateToken> Run()
    {
        while (position < text.Length)
        {
            var tag = NextTag(position);
            if (tag < 0)
            {
                AddData(position, text.Length);
                position = text.Length;
                break;
            }

            var sign = tag + 2 < text.Length && text[tag + 2] is '-' or '+' ? text[tag + 2] : '\0';
            AddDataBefore(tag, sign);
            position = tag + (sign == '\0' ? 2 : 3);
            switch (text[tag + 1])
            {
                case '#':
                    SkipComment(tag);
                    break;
                case '{':
                    LexCode(tag, TokenKind.VariableBegin, TokenKind.VariableEnd);
                    break;
                default:
                    if (TryRawTag("raw", ref position))
                        LexRaw(tag);
                    else
                        LexCode(tag, TokenKind.BlockBegin, TokenKind.BlockEnd);
                    break;
            }
        }

        tokens.Add(new TemplateToken(TokenKind.End, "", text.Length));
        return tokens;
    }

    private int NextTag(int from)
    {
        for (var brace = text.IndexOf('{', from); brace >= 0 && brace + 1 < text.Length; brace = text.IndexOf('{', brace + 1))
        {
            if (text[brace + 1] is '{' or '%' or '#')
                return brace;
        }

        return -1;
    }

    private void AddData(int start, int end)
    {
        if (end > start)
            tokens.Add(new TemplateToken(TokenKind.Data, text[start..end], start));
    }

    private void AddDataBefore(int tag, char sign)
    {
        var end = tag;
        if (sign == '-')
        {
            while (end > position && PythonText.IsSpace(text[end - 1]))
                end--;
        }
        else if (sign != '+' && text[tag + 1] != '{')
        {
            var line = end;
            while (line > position && text[line - 1] != '\n' && PythonText.IsSpace(text[line - 1]))
                line--;
            if (line > position ? text[line - 1] == '\n' : lineStarts)
                end = line;
        }

        AddData(position, end);
        lineStarts = false;
    }

    private void SkipComment(int tag)
    {
        var end = text.IndexOf("#}", position, StringComparison.Ordinal);
        if (end < 0)
            throw source.Error("This comment is not closed; expected '#}'.", tag);
        var sign = end > position ? text[end - 1] : '\0';
        position = end + 2;
        AfterTag(sign);
    }

    /// <summary>What a closing delimiter takes with it: all white space after <c>-</c>, nothing after <c>+</c>, else one line end.</summary>
    private void AfterTag(char sign)
    {
        if (sign == '-')
            SkipSpace();
        else if (sign != '+' && position < text.Length && text[position] == '\n')
            position++;
        lineStarts = text[position - 1] == '\n';
    }

    private void SkipSpace()
    {
        while (position < text.Length && PythonText.IsSpace(text[position]))
            position++;
    }

    /// <summary>Whether <c>raw %}</c> or <c>endraw %}</c> stands at a position, which then moves behind it (not behind a line end).</summary>
    private bool TryRawTag(string word, ref int position)
    {
        var at = position;
        while (at < text.Length && PythonText.IsSpace(text[at]))
            at++;
        if (!text.AsSpan(at).StartsWith(word))
            return false;
        at += word.Length;
        while (at < text.Length && PythonText.IsSpace(text[at]))
            at++;
        if (at < text.Length && text[at] is '-' or '+')
            at++;
        if (!text.AsSpan(at).StartsWith("%}"))
            return false;
        position = at + 2;
        return true;
    }

    private void LexRaw(int tag)
    {
        if (text[position - 3] == '-')
            SkipSpace();
        lineStarts = text[position - 1] == '\n';
        for (var end = text.IndexOf("{%", position, StringComparison.Ordinal); end >= 0; end = text.IndexOf("{%", end + 2, StringComparison.Ordinal))
        {
            var sign = end + 2 < text.Length && text[end + 2] is '-' or '+' ? text[end + 2] : '\0';
            var after = end + (sign == '\0' ? 2 : 3);
            if (!TryRawTag("endraw", ref after))
                continue;
            AddDataBefore(end, sign);
            position = after;
            AfterTag(text[after - 3]);
            return;
        }

        throw source.Error("This raw section is not closed; expected '{% endraw %}'.", tag);
    }

    private void LexCode(int tag, TokenKind begin, TokenKind end)
    {
        tokens.Add(new TemplateToken(begin, "", tag));
        var code = new ExpressionLexer(source, tokens, isBlock: end == TokenKind.BlockEnd);
        (position, var sign) = code.Run(tag, position);
        if (end == TokenKind.BlockEnd)
        {
            AfterTag(sign);
            return;
        }

        if (sign == '-')
            SkipSpace();
        lineStarts = text[position - 1] == '\n';
    }
}
