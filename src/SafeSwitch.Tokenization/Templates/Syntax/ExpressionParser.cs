using System.Runtime.CompilerServices;
using SafeSwitch.Tokenization.Templates.Expressions;

namespace SafeSwitch.Tokenization.Templates.Syntax;

/// <summary>Reads operators, with Jinja's own precedences: <c>~</c> binds tighter than <c>+</c>, filters tighter than a sign.</summary>
internal sealed class ExpressionParser
{
    private readonly TokenStream _tokens;

    public ExpressionParser(TokenStream tokens)
    {
        _tokens = tokens;
        Operands = new OperandParser(tokens, this);
    }

    public OperandParser Operands { get; }

    public Expression Parse(bool allowConditional = true) => allowConditional ? ParseConditional() : ParseOr();

    /// <summary>One expression, or several with commas between them, which make a tuple.</summary>
    public Expression ParseTuple(bool allowConditional = true, string? stopAtName = null, bool allowEmpty = false)
    {
        var position = _tokens.Current.Position;
        List<Expression> items = [];
        var isTuple = false;
        while (true)
        {
            if (EndsTuple(stopAtName))
                break;
            items.Add(Parse(allowConditional));
            if (!_tokens.TryOperator(","))
                break;
            isTuple = true;
        }
        if (items.Count == 1 && !isTuple)
            return items[0];
        if (items.Count == 0 && !allowEmpty)
            throw _tokens.Unexpected("an expression");
        return new ListLiteral(position, items, isTuple: true);
    }

    private bool EndsTuple(string? stopAtName) => _tokens.Current.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd
        || _tokens.Current.IsOperator(")") || (stopAtName is not null && _tokens.Current.IsName(stopAtName));

    private Expression ParseConditional()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw _tokens.Error("The expression nests too deeply.");
        var value = ParseOr();
        while (_tokens.Current.IsName("if"))
        {
            var position = _tokens.Next().Position;
            var condition = ParseOr();
            value = new Conditional(position, condition, value, _tokens.TryName("else") ? ParseConditional() : null);
        }
        return value;
    }

    private Expression ParseOr()
    {
        var left = ParseAnd();
        while (_tokens.Current.IsName("or"))
            left = new Logical(_tokens.Next().Position, isAnd: false, left, ParseAnd());
        return left;
    }

    private Expression ParseAnd()
    {
        var left = ParseNot();
        while (_tokens.Current.IsName("and"))
            left = new Logical(_tokens.Next().Position, isAnd: true, left, ParseNot());
        return left;
    }

    private Expression ParseNot()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw _tokens.Error("The expression nests too deeply.");
        return _tokens.Current.IsName("not") ? new Not(_tokens.Next().Position, ParseNot()) : ParseComparison();
    }

    private Expression ParseComparison()
    {
        var position = _tokens.Current.Position;
        var first = ParseSum();
        List<(string, Expression)> rest = [];
        while (true)
        {
            if (_tokens.Current is { Kind: TokenKind.Operator, Text: "==" or "!=" or "<" or "<=" or ">" or ">=" })
                rest.Add((_tokens.Next().Text, ParseSum()));
            else if (_tokens.TryName("in"))
                rest.Add(("in", ParseSum()));
            else if (_tokens.Current.IsName("not") && _tokens.Following.IsName("in"))
            {
                _tokens.Next();
                _tokens.Next();
                rest.Add(("not in", ParseSum()));
            }
            else
                return rest.Count == 0 ? first : new Comparison(position, first, rest);
        }
    }

    private Expression ParseSum()
    {
        var left = ParseConcatenation();
        while (_tokens.Current is { Kind: TokenKind.Operator, Text: "+" or "-" })
        {
            var operation = _tokens.Next();
            left = new Arithmetic(operation.Position, operation.Text, left, ParseConcatenation());
        }
        return left;
    }

    private Expression ParseConcatenation()
    {
        var position = _tokens.Current.Position;
        List<Expression> parts = [ParseProduct()];
        while (_tokens.TryOperator("~"))
            parts.Add(ParseProduct());
        return parts.Count == 1 ? parts[0] : new Concatenation(position, parts);
    }

    private Expression ParseProduct()
    {
        var left = ParsePower();
        while (_tokens.Current is { Kind: TokenKind.Operator, Text: "*" or "/" or "//" or "%" })
        {
            var operation = _tokens.Next();
            left = new Arithmetic(operation.Position, operation.Text, left, ParsePower());
        }
        return left;
    }

    private Expression ParsePower()
    {
        var left = ParseUnary(withFilters: true);
        while (_tokens.Current.IsOperator("**"))
            left = new Arithmetic(_tokens.Next().Position, "**", left, ParseUnary(withFilters: true));
        return left;
    }

    private Expression ParseUnary(bool withFilters)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw _tokens.Error("The expression nests too deeply.");
        var token = _tokens.Current;
        Expression value;
        if (token is { Kind: TokenKind.Operator, Text: "-" or "+" })
        {
            _tokens.Next();
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
