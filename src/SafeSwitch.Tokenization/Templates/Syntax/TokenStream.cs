namespace SafeSwitch.Tokenization.Templates.Syntax;

internal enum TokenKind { Data, VariableBegin, VariableEnd, BlockBegin, BlockEnd, Name, String, Integer, Float, Operator, End }

/// <summary>One token of a template; <paramref name="Text"/> is a string's value, a name, an operator or plain data.</summary>
internal readonly record struct TemplateToken(TokenKind Kind, string Text, int Position)
{
    public bool IsName(string name) => Kind == TokenKind.Name && Text == name;

    public bool IsOperator(string text) => Kind == TokenKind.Operator && Text == text;

    public string Describe() => Kind switch
    {
        TokenKind.End => "the end of the template",
        TokenKind.VariableEnd => "the end of the expression '}}'",
        TokenKind.BlockEnd => "the end of the statement '%}'",
        TokenKind.Data => "plain text",
        _ => $"'{Text}'",
    };
}

/// <summary>The tokens of a template, read from first to last.</summary>
internal sealed class TokenStream(List<TemplateToken> tokens, SourceText source)
{
    private int position;

    public TemplateToken Current => tokens[position];

    public TemplateToken Following => tokens[Math.Min(position + 1, tokens.Count - 1)];

    public TemplateToken Next()
    {
        var token = Current;
        if (position < tokens.Count - 1)
            position++;
        return token;
    }

    public bool TryName(string name)
    {
        if (!Current.IsName(name))
            return false;
        Next();
        return true;
    }

    public bool TryOperator(string text)
    {
        if (!Current.IsOperator(text))
            return false;
        Next();
        return true;
    }

    public TemplateToken Expect(TokenKind kind, string what) => Current.Kind == kind ? Next() : throw Unexpected(what);

    public void ExpectOperator(string text)
    {
        if (!TryOperator(text))
            throw Unexpected($"'{text}'");
    }

    public ChatTemplateException Unexpected(string expected) => Error($"Expected {expected}, found {Current.Describe()}.");

    public ChatTemplateException Error(string reason) => Error(reason, Current.Position);

    public ChatTemplateException Error(string reason, int position) => source.Error(reason, position);
}
