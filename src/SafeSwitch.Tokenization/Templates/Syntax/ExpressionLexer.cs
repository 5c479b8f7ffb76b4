namespace SafeSwitch.Tokenization.Templates.Syntax;

/// <summary>Cuts the inside of one tag into tokens, up to and with its closing delimiter.</summary>
internal sealed class ExpressionLexer(SourceText source, List<TemplateToken> tokens, bool isBlock)
{
    private static readonly string[] Operators =
        ["//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"];

    private readonly string text = source.Text;
    private readonly Stack<char> open = new();

    /// <returns>The position after the closing delimiter, and the sign in it.</returns>
    public (int Position, char Sign) Run(int tag, int position)
    {
        for (; ; )
        {
            while (position < text.Length && Runtime.PythonText.IsSpace(text[position]))
                position++;
            if (position >= text.Length)
                throw source.Error($"This tag is not closed; expected '{(isBlock ? "%}" : "}}")}'.", tag);
            if (open.Count == 0 && TryClose(ref position, out var sign))
                return (position, sign);
            position = Next(position);
        }
    }

    private bool TryClose(ref int position, out char sign)
    {
        sign = text[position] == '-' || (isBlock && text[position] == '+') ? text[position] : '\0';
        var at = sign == '\0' ? position : position + 1;
        if (!text.AsSpan(at).StartsWith(isBlock ? "%}" : "}}"))
            return false;
        tokens.Add(new TemplateToken(isBlock ? TokenKind.BlockEnd : TokenKind.VariableEnd, "", position));
        position = at + 2;
        return true;
    }

    private int Next(int start)
    {
        var first = text[start];
        if (char.IsAsciiDigit(first))
            return Number(start);
        if (IsNamePart(first))
        {
            var end = start + 1;
            while (end < text.Length && IsNamePart(text[end]))
                end++;
            tokens.Add(new TemplateToken(TokenKind.Name, text[start..end], start));
            return end;
        }

        if (first is '\'' or '"')
            return String(start, first);
        foreach (var candidate in Operators)
        {
            if (!text.AsSpan(start).StartsWith(candidate))
                continue;
            Balance(candidate[0], candidate.Length, start);
            tokens.Add(new TemplateToken(TokenKind.Operator, candidate, start));
            return start + candidate.Length;
        }

        throw source.Error($"The character '{first}' does not belong in an expression.", start);
    }

    private static bool IsNamePart(char unit) => unit == '_' || char.IsLetterOrDigit(unit);

    private void Balance(char unit, int length, int position)
    {
        if (length != 1)
            return;
        switch (unit)
        {
            case '(': open.Push(')'); break;
            case '[': open.Push(']'); break;
            case '{': open.Push('}'); break;
            case ')' or ']' or '}':
                if (!open.TryPop(out var wanted))
                    throw source.Error($"Unexpected '{unit}': nothing is open.", position);
                if (wanted != unit)
                    throw source.Error($"Unexpected '{unit}', expected '{wanted}'.", position);
                break;
        }
    }

    private int Number(int start)
    {
        var end = start;
        if (text[start] == '0' && start + 1 < text.Length && char.ToLowerInvariant(text[start + 1]) is 'x' or 'o' or 'b')
        {
            end += 2;
            while (end < text.Length && (char.IsAsciiHexDigit(text[end]) || text[end] == '_'))
                end++;
            tokens.Add(new TemplateToken(TokenKind.Integer, text[start..end], start));
            return end;
        }

        end = Digits(end);
        var isFloat = false;
        // After a dot, as in item.0.1, digits are an index.
        var indexed = tokens.Count > 0 && tokens[^1].IsOperator(".");
        if (!indexed && end + 1 < text.Length && text[end] == '.' && char.IsAsciiDigit(text[end + 1]))
        {
            isFloat = true;
            end = Digits(end + 1);
        }

        if (!indexed && end < text.Length && text[end] is 'e' or 'E')
        {
            var exponent = end + 1 < text.Length && text[end + 1] is '+' or '-' ? end + 2 : end + 1;
            if (exponent < text.Length && char.IsAsciiDigit(text[exponent]))
            {
                isFloat = true;
                end = Digits(exponent);
            }
        }

        tokens.Add(new TemplateToken(isFloat ? TokenKind.Float : TokenKind.Integer, text[start..end].Replace("_", "", StringComparison.Ordinal), start));
        return end;
    }

    private int Digits(int at)
    {
        while (at < text.Length && (char.IsAsciiDigit(text[at]) || (text[at] == '_' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1]))))
            at++;
        return at;
    }

    private int String(int start, char quote)
    {
        var end = start + 1;
        while (end < text.Length && text[end] != quote)
            end += text[end] == '\\' ? 2 : 1;
        if (end >= text.Length)
            throw source.Error($"This string is not closed; expected {quote}.", start);
        tokens.Add(new TemplateToken(TokenKind.String, StringEscapes.Decode(text.AsSpan(start + 1, end - start - 1), p => source.Error(p, start)), start));
        return end + 1;
    }
}
