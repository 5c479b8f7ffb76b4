namespace SafeSwitch.Tokenization.Templates.Syntax;

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
