namespace SafeSwitch.Tokenization.Templates.Syntax;

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
