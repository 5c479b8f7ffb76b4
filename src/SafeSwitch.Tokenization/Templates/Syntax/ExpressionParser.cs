using System.Runtime.CompilerServices;
using SafeSwitch.Tokenization.Templates.Expressions;

namespace SafeSwitch.Tokenization.Templates.Syntax;

/// <summary>Reads operators, with Jinja's own precedences: <c>~</c> binds tighter than <c>+</c>, filters tighter than a sign.</summary>
internal sealed class ExpressionParser
{
    private readonly TokenStream tokens;

    public ExpressionParser(TokenStream tokens)
    {
        this.tokens = tokens;
        Operands = new OperandParser(tokens, this);
    }

    public OperandParser Operands { get; }

    public Expression Parse(bool allowConditional = true) => allowConditional ? ParseConditional() : ParseOr();

    /// <summary>One expression, or several with commas between them, which make a tuple.</summary>
    public Expression ParseTuple(bool allowConditional = true, string? stopAtName = null, bool allowEmpty = false)
    {
        var position = tokens.Current.Position;
        List<Expression> items = [];
        var isTuple = false;
        while (true)
        {
            if (EndsTuple(stopAtName))
                break;
            items.Add(Parse(allowConditional));
            if (!tokens.TryOperator(","))
                break;
            isTuple = true;
        }

        if (items.Count == 1 && !isTuple)
            return items[0];
        if (items.Count == 0 && !allowEmpty)
            throw tokens.Unexpected("an expression");
        return new ListLiteral(position, items, isTuple: true);
    }

    private bool EndsTuple(string? stopAtName) => tokens.Current.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd
        || tokens.Current.IsOperator(")") || (stopAtName is not null && tokens.Current.IsName(stopAtName));

    private Expression ParseConditional()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw tokens.Error("The expression nests too deeply.");
        var value = ParseOr();
        while (tokens.Current.IsName("if"))
        {
            var position = tokens.Next().Position;
            var condition = ParseOr();
            value = new Conditional(position, condition, value, tokens.TryName("else") ? ParseConditional() : null);
        }

        return value;
    }

    private Expression ParseOr()
    {
        var left = ParseAnd();
        while (tokens.Current.IsName("or"))
            left = new Logical(tokens.Next().Position, isAnd: false, left, ParseAnd());
        return left;
    }

    private Expression ParseAnd()
    {
        var left = ParseNot();
        while (tokens.Current.IsName("and"))
            left = new Logical(tokens.Next().Position, isAnd: true, left, ParseNot());
        return left;
    }

    private Expression ParseNot()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw tokens.Error("The expression nests too deeply.");
        return tokens.Current.IsName("not") ? new Not(tokens.Next().Position, ParseNot()) : ParseComparison();
    }

    private Expression ParseComparison()
    {
        var position = tokens.Current.Position;
        var first = ParseSum();
        List<(string, Expression)> rest = [];
        while (true)
        {
            if (tokens.Current is { Kind: TokenKind.Operator, Text: "==" or "!=" or "<" or "<=" or ">" or ">=" })
            {
                rest.Add((tokens.Next().Text, ParseSum()));
            }
            else if (tokens.TryName("in"))
            {
                rest.Add(("in", ParseSum()));
            }
            else if (tokens.Current.IsName("not") && tokens.Following.IsName("in"))
            {
                tokens.Next();
                tokens.Next();
                rest.Add(("not in", ParseSum()));
            }
            else
            {
                return rest.Count == 0 ? first : new Comparison(position, first, rest);
            }
        }
    }

    private Expression ParseSum()
    {
        var left = ParseConcatenation();
        while (tokens.Current is { Kind: TokenKind.Operator, Text: "+" or "-" })
        {
            var operation = tokens.Next();
            left = new Arithmetic(operation.Position, operation.Text, left, ParseConcatenation());
        }

        return left;
    }

    private Expression ParseConcatenation()
    {
        var position = tokens.Current.Position;
        List<Expression> parts = [ParseProduct()];
        while (tokens.TryOperator("~"))
            parts.Add(ParseProduct());
        return parts.Count == 1 ? parts[0] : new Concatenation(position, parts);
    }

    private Expression ParseProduct()
    {
        var left = ParsePower();
        while (tokens.Current is { Kind: TokenKind.Operator, Text: "*" or "/" or "//" or "%" })
        {
            var operation = tokens.Next();
            left = new Arithmetic(operation.Position, operation.Text, left, ParsePower());
        }

        return left;
    }

    private Expression ParsePower()
    {
        var left = ParseUnary(withFilters: true);
        while (tokens.Current.IsOperator("**"))
            left = new Arithmetic(tokens.Next().Position, "**", left, ParseUnary(withFilters: true));
        return left;
    }

    private Expression ParseUnary(bool withFilters)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw tokens.Error("The expression nests too deeply.");
        var token = tokens.Current;
        Expression value;
        if (token is { Kind: TokenKind.Operator, Text: "-" or "+" })
        {
            tokens.Next();
            value = new Sign(token.Position, token.Text == "-", ParseUnary(withFilters: false));
        }
        else
        {
            value = Operands.Parse();
        }

        value = Operands.ParsePostfix(value);
        return withFilters ? Operands.ParseFiltersAndTests(value) : value;
    }
}
