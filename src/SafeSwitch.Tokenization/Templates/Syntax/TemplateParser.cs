using System.Runtime.CompilerServices;
using SafeSwitch.Tokenization.Templates.Expressions;
using SafeSwitch.Tokenization.Templates.Statements;

namespace SafeSwitch.Tokenization.Templates.Syntax;

/// <summary>Reads a whole template.</summary>
internal sealed class TemplateParser
{
    private readonly TokenStream _tokens;
    private readonly ExpressionParser _expressions;
    private readonly TargetParser _targets;
    private int _loops;

    public TemplateParser(SourceText source)
    {
        _tokens = new TokenStream(new TemplateLexer(source).Run(), source);
        _expressions = new ExpressionParser(_tokens);
        _targets = new TargetParser(_tokens);
    }

    public Body Parse() => ParseBody([]);

    /// <summary>Statements up to a block with one of the given names, which is left as the current token.</summary>
    private Body ParseBody(ReadOnlySpan<string> ends)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw _tokens.Error("The blocks nest too deeply.");
        List<Statement> statements = [];
        while (true)
        {
            var token = _tokens.Next();
            switch (token.Kind)
            {
                case TokenKind.End:
                    return ends.Length == 0 ? new Body(statements)
                        : throw _tokens.Error($"The template ends inside a block; expected {Describe(ends)}.", token.Position);
                case TokenKind.Data:
                    statements.Add(new TextStatement(token.Position, token.Text));
                    break;
                case TokenKind.VariableBegin:
                    statements.Add(new PrintStatement(_tokens.Current.Position, _expressions.ParseTuple()));
                    _tokens.Expect(TokenKind.VariableEnd, "the end of the expression '}}'");
                    break;
                default:
                    if (_tokens.Current.Kind == TokenKind.Name && ends.Contains(_tokens.Current.Text))
                        return new Body(statements);
                    statements.Add(ParseStatement(token.Position, ends));
                    break;
            }
        }
    }

    private static string Describe(ReadOnlySpan<string> ends) => "'" + string.Join("' or '", ends.ToArray()) + "'";

    private Statement ParseStatement(int position, ReadOnlySpan<string> ends)
    {
        var name = _tokens.Expect(TokenKind.Name, "the name of a statement");
        switch (name.Text)
        {
            case "for": return ParseFor(position);
            case "if": return ParseIf(position);
            case "set": return ParseSet(position);
            case "macro": return ParseMacro(position);
            case "call": return ParseCall(position);
            case "filter":
                var filter = _expressions.Operands.ParseFilterChain(inline: true);
                return new FilterBlockStatement(position, filter, ParseBlock("endfilter"));
            case "with": return ParseWith(position);
            case "print": return Ended(new PrintStatement(position, _expressions.ParseTuple()));
            case "break" or "continue":
                if (_loops == 0)
                    throw _tokens.Error($"'{name.Text}' stands outside a loop.", name.Position);
                return Ended(new LoopControlStatement(position, name.Text == "break" ? Flow.Break : Flow.Continue));
            case "generation": return new TransparentStatement(position, ParseBlock("endgeneration"), scoped: false);
            case "block": return ParseNamedBlock(position);
            case "extends" or "include" or "import" or "from":
                throw _tokens.Error($"'{name.Text}' is not supported: a chat template stands alone.", name.Position);
            case "autoescape":
                throw _tokens.Error("'autoescape' is not supported: prompts are plain text.", name.Position);
            case "do" or "trans":
                throw _tokens.Error($"'{name.Text}' is not supported.", name.Position);
        }
        throw _tokens.Error($"Encountered unknown tag '{name.Text}'."
            + (ends.Length == 0 ? "" : $" The innermost block that needs to be closed expects {Describe(ends)}."), name.Position);
    }

    private Statement Ended(Statement statement)
    {
        EndTag();
        return statement;
    }

    private void EndTag() => _tokens.Expect(TokenKind.BlockEnd, "the end of the statement '%}'");

    /// <summary>The rest of an opening tag, the statements in the block and its closing tag.</summary>
    private Body ParseBlock(string end)
    {
        EndTag();
        var body = ParseBody([end]);
        _tokens.Next();
        EndTag();
        return body;
    }

    private ForStatement ParseFor(int position)
    {
        var target = _targets.Parse(stopAtName: "in");
        if (!_tokens.TryName("in"))
            throw _tokens.Unexpected("'in'");
        var items = _expressions.ParseTuple(allowConditional: false, stopAtName: "recursive");
        var filter = _tokens.TryName("if") ? _expressions.Parse() : null;
        var recursive = _tokens.TryName("recursive");
        EndTag();
        _loops++;
        var body = ParseBody(["endfor", "else"]);
        _loops--;
        var otherwise = Body.Empty;
        if (_tokens.TryName("else"))
        {
            EndTag();
            otherwise = ParseBody(["endfor"]);
        }
        _tokens.Next();
        EndTag();
        return new ForStatement(position, target, items, filter, body, otherwise, recursive);
    }

    private IfStatement ParseIf(int position)
    {
        List<(Expression, Body)> branches = [];
        do
        {
            var condition = _expressions.ParseTuple(allowConditional: false);
            EndTag();
            branches.Add((condition, ParseBody(["elif", "else", "endif"])));
        }
        while (_tokens.TryName("elif"));
        var otherwise = Body.Empty;
        if (_tokens.TryName("else"))
        {
            EndTag();
            otherwise = ParseBody(["endif"]);
        }
        _tokens.Next();
        EndTag();
        return new IfStatement(position, branches, otherwise);
    }

    private Statement ParseSet(int position)
    {
        var target = _targets.Parse(withFields: true);
        if (_tokens.TryOperator("="))
            return Ended(new SetStatement(position, target, _expressions.ParseTuple()));
        var filter = _tokens.Current.IsOperator("|") ? _expressions.Operands.ParseFilterChain(inline: false) : null;
        return new SetBlockStatement(position, target, filter, ParseBlock("endset"));
    }

    private WithStatement ParseWith(int position)
    {
        List<(AssignmentTarget, Expression)> values = [];
        while (_tokens.Current.Kind != TokenKind.BlockEnd)
        {
            if (values.Count > 0)
                _tokens.ExpectOperator(",");
            var target = _targets.Parse();
            _tokens.ExpectOperator("=");
            values.Add((target, _expressions.Parse()));
        }
        return new WithStatement(position, values, ParseBlock("endwith"));
    }

    private MacroStatement ParseMacro(int position)
    {
        var name = _tokens.Expect(TokenKind.Name, "the name of the macro").Text;
        return new MacroStatement(position, ParseMacro(name, ParseParameters(), "endmacro"));
    }

    private CallBlockStatement ParseCall(int position)
    {
        var parameters = _tokens.Current.IsOperator("(") ? ParseParameters() : [];
        var start = _tokens.Current.Position;
        if (_expressions.Parse() is not Call call)
            throw _tokens.Error("Expected a call.", start);
        return new CallBlockStatement(position, call, ParseMacro("caller", parameters, "endcall"));
    }

    private MacroDefinition ParseMacro(string name, List<(string, Expression?)> parameters, string end)
    {
        // A loop around a macro is not a loop of its body.
        var (outerNames, outerLoops) = (_expressions.Operands.NamesRead.ToArray(), _loops);
        _expressions.Operands.NamesRead.Clear();
        _loops = 0;
        var body = ParseBlock(end);
        var macro = new MacroDefinition(name, parameters, body)
        {
            TakesMorePlaces = _expressions.Operands.NamesRead.Contains("varargs"),
            TakesMoreNames = _expressions.Operands.NamesRead.Contains("kwargs"),
        };
        _expressions.Operands.NamesRead.UnionWith(outerNames);
        _loops = outerLoops;
        return macro;
    }

    private List<(string, Expression?)> ParseParameters()
    {
        _tokens.ExpectOperator("(");
        List<(string, Expression?)> parameters = [];
        while (!_tokens.TryOperator(")"))
        {
            if (parameters.Count > 0)
                _tokens.ExpectOperator(",");
            var name = _tokens.Expect(TokenKind.Name, "the name of a parameter").Text;
            var fallback = _tokens.TryOperator("=") ? _expressions.Parse() : null;
            if (fallback is null && parameters is [.., (_, not null)])
                throw _tokens.Error("A parameter without a default follows one with a default.");
            parameters.Add((name, fallback));
        }
        return parameters;
    }

    private TransparentStatement ParseNamedBlock(int position)
    {
        _tokens.Expect(TokenKind.Name, "the name of the block");
        while (_tokens.TryName("scoped") || _tokens.TryName("required"))
        {
        }
        EndTag();
        var body = ParseBody(["endblock"]);
        _tokens.Next();
        if (_tokens.Current.Kind == TokenKind.Name)
            _tokens.Next();
        EndTag();
        return new TransparentStatement(position, body, scoped: true);
    }
}
