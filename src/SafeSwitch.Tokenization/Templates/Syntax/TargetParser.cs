using SafeSwitch.Tokenization.Templates.Expressions;

namespace SafeSwitch.Tokenization.Templates.Syntax;

/// <summary>Reads what a value is assigned to.</summary>
internal sealed class TargetParser(TokenStream tokens)
{
    private static readonly string[] Constants = ["true", "false", "none", "True", "False", "None"];

    public AssignmentTarget Parse(string? stopAtName = null, bool withFields = false)
    {
        var position = tokens.Current.Position;
        List<AssignmentTarget> parts = [ParseOne(withFields)];
        var several = false;
        while (tokens.TryOperator(","))
        {
            several = true;
            if (tokens.Current.Kind == TokenKind.BlockEnd || tokens.Current.IsOperator("=") || tokens.Current.IsOperator(")")
                || (stopAtName is not null && tokens.Current.IsName(stopAtName)))
            {
                break;
            }

            parts.Add(ParseOne(withFields));
        }

        return several ? new AssignmentTarget.Several(position, parts) : parts[0];
    }

    private AssignmentTarget ParseOne(bool withFields)
    {
        if (tokens.TryOperator("("))
        {
            var inner = Parse(withFields: withFields);
            tokens.ExpectOperator(")");
            return inner;
        }

        var name = tokens.Expect(TokenKind.Name, "a name to assign to");
        if (Constants.Contains(name.Text))
            throw tokens.Error($"Can't assign to '{name.Text}'.", name.Position);
        return withFields && tokens.TryOperator(".")
            ? new AssignmentTarget.Field(name.Position, name.Text, tokens.Expect(TokenKind.Name, "the name of a field").Text)
            : new AssignmentTarget.Name(name.Position, name.Text);
    }
}
