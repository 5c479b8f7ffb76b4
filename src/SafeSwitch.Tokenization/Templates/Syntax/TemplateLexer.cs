using SafeSwitch.Tokenization.Templates.Values;

namespace SafeSwitch.Tokenization.Templates.Syntax;

/// <summary>
/// Cuts a template into tokens. Block tags take the line end after them with them, and the white space of their line before them,
/// as model hubs configure it; <c>-</c> and <c>+</c> beside a delimiter say otherwise.
/// </summary>
internal sealed class TemplateLexer(SourceText source)
{
    private readonly string _text = source.Text;
    private readonly List<TemplateToken> _tokens = [];
    private int _position;
    private bool _lineStarts = true;

    public List<TemplateToken> Run()
    {
        while (_position < _text.Length)
        {
            var tag = NextTag(_position);
            if (tag < 0)
            {
                AddData(_position, _text.Length);
                _position = _text.Length;
                break;
            }
            var sign = tag + 2 < _text.Length && _text[tag + 2] is '-' or '+' ? _text[tag + 2] : '\0';
            AddDataBefore(tag, sign);
            _position = tag + (sign == '\0' ? 2 : 3);
            switch (_text[tag + 1])
            {
                case '#':
                    SkipComment(tag);
                    break;
                case '{':
                    LexCode(tag, TokenKind.VariableBegin, TokenKind.VariableEnd);
                    break;
                default:
                    if (TryRawTag("raw", ref _position))
                        LexRaw(tag);
                    else
                        LexCode(tag, TokenKind.BlockBegin, TokenKind.BlockEnd);
                    break;
            }
        }
        _tokens.Add(new TemplateToken(TokenKind.End, "", _text.Length));
        return _tokens;
    }

    private int NextTag(int from)
    {
        for (var brace = _text.IndexOf('{', from); brace >= 0 && brace + 1 < _text.Length; brace = _text.IndexOf('{', brace + 1))
            if (_text[brace + 1] is '{' or '%' or '#')
                return brace;
        return -1;
    }

    private void AddData(int start, int end)
    {
        if (end > start)
            _tokens.Add(new TemplateToken(TokenKind.Data, _text[start..end], start));
    }

    private void AddDataBefore(int tag, char sign)
    {
        var end = tag;
        if (sign == '-')
        {
            while (end > _position && PythonText.IsSpace(_text[end - 1]))
                end--;
        }
        else if (sign != '+' && _text[tag + 1] != '{')
        {
            var line = end;
            while (line > _position && _text[line - 1] != '\n' && PythonText.IsSpace(_text[line - 1]))
                line--;
            if (line > _position ? _text[line - 1] == '\n' : _lineStarts)
                end = line;
        }
        AddData(_position, end);
        _lineStarts = false;
    }

    private void SkipComment(int tag)
    {
        var end = _text.IndexOf("#}", _position, StringComparison.Ordinal);
        if (end < 0)
            throw source.Error("This comment is not closed; expected '#}'.", tag);
        var sign = end > _position ? _text[end - 1] : '\0';
        _position = end + 2;
        AfterTag(sign);
    }

    /// <summary>What a closing delimiter takes with it: all white space after <c>-</c>, nothing after <c>+</c>, else one line end.</summary>
    private void AfterTag(char sign)
    {
        if (sign == '-')
            SkipSpace();
        else if (sign != '+' && _position < _text.Length && _text[_position] == '\n')
            _position++;
        _lineStarts = _text[_position - 1] == '\n';
    }

    private void SkipSpace()
    {
        while (_position < _text.Length && PythonText.IsSpace(_text[_position]))
            _position++;
    }

    /// <summary>Whether <c>raw %}</c> or <c>endraw %}</c> stands at a position, which then moves behind it (not behind a line end).</summary>
    private bool TryRawTag(string word, ref int position)
    {
        var at = position;
        while (at < _text.Length && PythonText.IsSpace(_text[at]))
            at++;
        if (!_text.AsSpan(at).StartsWith(word))
            return false;
        at += word.Length;
        while (at < _text.Length && PythonText.IsSpace(_text[at]))
            at++;
        if (at < _text.Length && _text[at] is '-' or '+')
            at++;
        if (!_text.AsSpan(at).StartsWith("%}"))
            return false;
        position = at + 2;
        return true;
    }

    private void LexRaw(int tag)
    {
        if (_text[_position - 3] == '-')
            SkipSpace();
        _lineStarts = _text[_position - 1] == '\n';
        for (var end = _text.IndexOf("{%", _position, StringComparison.Ordinal); end >= 0; end = _text.IndexOf("{%", end + 2, StringComparison.Ordinal))
        {
            var sign = end + 2 < _text.Length && _text[end + 2] is '-' or '+' ? _text[end + 2] : '\0';
            var after = end + (sign == '\0' ? 2 : 3);
            if (!TryRawTag("endraw", ref after))
                continue;
            AddDataBefore(end, sign);
            _position = after;
            AfterTag(_text[after - 3]);
            return;
        }
        throw source.Error("This raw section is not closed; expected '{% endraw %}'.", tag);
    }

    private void LexCode(int tag, TokenKind begin, TokenKind end)
    {
        _tokens.Add(new TemplateToken(begin, "", tag));
        var code = new ExpressionLexer(source, _tokens, isBlock: end == TokenKind.BlockEnd);
        (_position, var sign) = code.Run(tag, _position);
        if (end == TokenKind.BlockEnd)
        {
            AfterTag(sign);
            return;
        }
        if (sign == '-')
            SkipSpace();
        _lineStarts = _text[_position - 1] == '\n';
    }
}
