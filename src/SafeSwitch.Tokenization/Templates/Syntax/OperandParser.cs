using System.Globalization;
using System.Numerics;
using System.Text;
using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Templates.Expressions;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Syntax;

/// <summary>Reads what operators are between: values, and what follows them directly.</summary>
internal sealed class OperandParser(TokenStream tokens, ExpressionParser expressions)
{
    /// <summary>Names that the expressions read since someone last looked: a macro that mentions <c>varargs</c> takes more arguments.</summary>
    public HashSet<string> NamesRead { get; } = new(StringComparer.Ordinal);

    public FilterCall ParseFilterChain(bool inline)
    {
        FilterCall? chain = null;
        while (inline || tokens.TryOperator("|"))
        {
            inline = false;
            chain = ParseFilter(chain);
        }

        return chain!;
    }

    /// <summary>A name, a literal or something in brackets.</summary>
    public Expression Parse()
    {
        var token = tokens.Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                tokens.Next();
                return Name(token);
            case TokenKind.String:
                var text = new StringBuilder();
                while (tokens.Current.Kind == TokenKind.String)
                    text.Append(tokens.Next().Text);
                return new Literal(token.Position, MarkedText.Template(text.ToString()));
            case TokenKind.Integer:
                return new Literal(tokens.Next().Position, Integer(token));
            case TokenKind.Float:
                return new Literal(tokens.Next().Position, double.Parse(token.Text, CultureInfo.InvariantCulture));
        }

        if (tokens.TryOperator("("))
        {
            var inner = expressions.ParseTuple(allowEmpty: true);
            tokens.ExpectOperator(")");
            return inner;
        }

        if (tokens.TryOperator("["))
            return new ListLiteral(token.Position, ParseItems("]"), isTuple: false);
        if (tokens.TryOperator("{"))
            return ParseMap(token.Position);
        throw tokens.Unexpected("an expression");
    }

    private Expression Name(TemplateToken token)
    {
        switch (token.Text)
        {
            case "true" or "True": return new Literal(token.Position, true);
            case "false" or "False": return new Literal(token.Position, false);
            case "none" or "None": return new Literal(token.Position, null);
        }

        NamesRead.Add(token.Text);
        return new NameReference(token.Position, token.Text);
    }

    private object Integer(TemplateToken token)
    {
        var text = token.Text.Replace("_", "", StringComparison.Ordinal);
        if (text.Length < 2 || !char.IsAsciiLetter(text[1]))
            return PythonNumber.Normalize(BigInteger.Parse(text, CultureInfo.InvariantCulture));
        try
        {
            return Convert.ToInt64(text[2..], char.ToLowerInvariant(text[1]) switch { 'x' => 16, 'o' => 8, _ => 2 });
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
        {
            throw tokens.Error($"'{token.Text}' isn't a number.", token.Position);
        }
    }

    private List<Expression> ParseItems(string close)
    {
        List<Expression> items = [];
        while (!tokens.TryOperator(close))
        {
            if (items.Count > 0)
            {
                tokens.ExpectOperator(",");
                if (tokens.TryOperator(close))
                    break;
            }

            items.Add(expressions.Parse());
        }

        return items;
    }

    private MapLiteral ParseMap(int position)
    {
        List<(Expression, Expression)> items = [];
        while (!tokens.TryOperator("}"))
        {
            if (items.Count > 0)
            {
                tokens.ExpectOperator(",");
                if (tokens.TryOperator("}"))
                    break;
            }

            var key = expressions.Parse();
            tokens.ExpectOperator(":");
            items.Add((key, expressions.Parse()));
        }

        return new MapLiteral(position, items);
    }

    /// <summary>Fields, items and calls of a value.</summary>
    public Expression ParsePostfix(Expression value)
    {
        while (true)
        {
            var position = tokens.Current.Position;
            if (tokens.TryOperator("."))
                value = ParseField(value, position);
            else if (tokens.TryOperator("["))
                value = ParseSubscript(value, position);
            else if (tokens.Current.IsOperator("("))
                value = new Call(position, value, ParseArguments());
            else
                return value;
        }
    }

    public Expression ParseFiltersAndTests(Expression value)
    {
        while (true)
        {
            if (tokens.TryOperator("|"))
                value = ParseFilter(value);
            else if (tokens.Current.IsName("is"))
                value = ParseTest(value);
            else if (tokens.Current.IsOperator("("))
                value = new Call(tokens.Current.Position, value, ParseArguments());
            else
                return value;
        }
    }

    private Expression ParseField(Expression owner, int position)
    {
        if (tokens.Current.Kind == TokenKind.Integer)
            return new ItemAccess(position, owner, new Literal(tokens.Current.Position, Integer(tokens.Next())));
        return new FieldAccess(position, owner, tokens.Expect(TokenKind.Name, "a name or a number after '.'").Text);
    }

    private Expression ParseSubscript(Expression owner, int position)
    {
        Expression? start = tokens.Current.IsOperator(":") ? null : expressions.Parse();
        if (start is not null && tokens.Current.IsOperator(","))
        {
            List<Expression> keys = [start];
            while (tokens.TryOperator(","))
                keys.Add(expressions.Parse());
            tokens.ExpectOperator("]");
            return new ItemAccess(position, owner, new ListLiteral(position, keys, isTuple: true));
        }

        if (tokens.TryOperator("]"))
            return new ItemAccess(position, owner, start!);
        tokens.ExpectOperator(":");
        var stop = tokens.Current.IsOperator(":") || tokens.Current.IsOperator("]") ? null : expressions.Parse();
        Expression? step = null;
        if (tokens.TryOperator(":") && !tokens.Current.IsOperator("]"))
            step = expressions.Parse();
        tokens.ExpectOperator("]");
        return new SliceAccess(position, owner, start, stop, step);
    }

    private ArgumentList ParseArguments()
    {
        tokens.ExpectOperator("(");
        List<(Expression, bool)> positional = [];
        List<(string?, Expression)> named = [];
        for (var first = true; !tokens.TryOperator(")"); first = false)
        {
            if (!first)
            {
                tokens.ExpectOperator(",");
                if (tokens.TryOperator(")"))
                    break;
            }

            if (tokens.TryOperator("*"))
            {
                positional.Add((expressions.Parse(), true));
            }
            else if (tokens.TryOperator("**"))
            {
                named.Add((null, expressions.Parse()));
            }
            else if (tokens.Current.Kind == TokenKind.Name && tokens.Following.IsOperator("="))
            {
                var name = tokens.Next().Text;
                tokens.Next();
                named.Add((name, expressions.Parse()));
            }
            else if (named.Count > 0)
            {
                throw tokens.Error("A positional argument can't follow a keyword argument.");
            }
            else
            {
                positional.Add((expressions.Parse(), false));
            }
        }

        return new ArgumentList(positional, named);
    }

    private FilterCall ParseFilter(Expression? input)
    {
        var name = tokens.Expect(TokenKind.Name, "the name of a filter");
        return new FilterCall(name.Position, input, Dotted(name.Text), tokens.Current.IsOperator("(") ? ParseArguments() : ArgumentList.None);
    }

    private string Dotted(string name)
    {
        List<string> parts = [name];
        while (tokens.TryOperator("."))
            parts.Add(tokens.Expect(TokenKind.Name, "a name after '.'").Text);
        return string.Join('.', parts);
    }

    private Expression ParseTest(Expression input)
    {
        tokens.Next();
        var negated = tokens.TryName("not");
        var name = tokens.Expect(TokenKind.Name, "the name of a test");
        var full = Dotted(name.Text);
        var arguments = ArgumentList.None;
        if (tokens.Current.IsOperator("("))
        {
            arguments = ParseArguments();
        }
        else if (StartsArgument(tokens.Current))
        {
            if (tokens.Current.IsName("is"))
                throw tokens.Error("You cannot chain multiple tests with is.");
            arguments = new ArgumentList([(ParsePostfix(Parse()), false)], []);
        }

        var test = new TestCall(name.Position, input, full, arguments);
        return negated ? new Not(name.Position, test) : test;
    }

    private static bool StartsArgument(TemplateToken token) => token.Kind switch
    {
        TokenKind.Name => token.Text is not ("else" or "or" or "and"),
        TokenKind.String or TokenKind.Integer or TokenKind.Float => true,
        _ => token.IsOperator("[") || token.IsOperator("{"),
    };
}
