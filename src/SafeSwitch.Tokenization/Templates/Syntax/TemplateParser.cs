using System.Runtime.CompilerServices;
using SafeSwitch.Tokenization.Templates.Expressions;
using SafeSwitch.Tokenization.Templates.Statements;

namespace SafeSwitch.Tokenization.Templates.Syntax;

/// <summary>Reads a whole template.</summary>
internal sealed class TemplateParser
{
    private readonly TokenStream tokens;
    private readonly ExpressionParser expressions;
    private readonly TargetParser targets;
    private readonly List<BlockStatement> blocks = [];
    private int loops;

    public TemplateParser(SourceText source)
    {
        tokens = new TokenStream(new TemplateLexer(source).Run(), source);
        expressions = new ExpressionParser(tokens);
        targets = new TargetParser(tokens);
    }

    public TemplateBody Parse()
    {
        var body = ParseBody([]);
        return new TemplateBody(body, blocks);
    }

    /// <summary>Statements up to a block with one of the given names, which is left as the current token.</summary>
    private Body ParseBody(ReadOnlySpan<string> ends)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw tokens.Error("The blocks nest too deeply.");
        List<Statement> statements = [];
        while (true)
        {
            var token = tokens.Next();
            switch (token.Kind)
            {
                case TokenKind.End:
                    return ends.Length == 0 ? new Body(statements)
                        : throw tokens.Error($"The template ends inside a block; expected {Describe(ends)}.", token.Position);
                case TokenKind.Data:
                    statements.Add(new TextStatement(token.Position, token.Text));
                    break;
                case TokenKind.VariableBegin:
                    statements.Add(new PrintStatement(tokens.Current.Position, expressions.ParseTuple()));
                    tokens.Expect(TokenKind.VariableEnd, "the end of the expression '}}'");
                    break;
                default:
                    if (tokens.Current.Kind == TokenKind.Name && ends.Contains(tokens.Current.Text))
                        return new Body(statements);
                    statements.Add(ParseStatement(token.Position, ends));
                    break;
            }
        }
    }

    private static string Describe(ReadOnlySpan<string> ends) => "'" + string.Join("' or '", ends.ToArray()) + "'";

    private Statement ParseStatement(int position, ReadOnlySpan<string> ends)
    {
        var name = tokens.Expect(TokenKind.Name, "the name of a statement");
        switch (name.Text)
        {
            case "for": return ParseFor(position);
            case "if": return ParseIf(position);
            case "set": return ParseSet(position);
            case "macro": return ParseMacro(position);
            case "call": return ParseCall(position);
            case "filter":
                var filter = expressions.Operands.ParseFilterChain(inline: true);
                return new FilterBlockStatement(position, filter, ParseBlock("endfilter"));
            case "with": return ParseWith(position);
            case "print": return Ended(new PrintStatement(position, expressions.ParseTuple()));
            case "break" or "continue":
                if (loops == 0)
                    throw tokens.Error($"'{name.Text}' is outside a loop.", name.Position);
                return Ended(new LoopControlStatement(position, name.Text == "break" ? Flow.Break : Flow.Continue));
            case "generation": return new GenerationStatement(position, ParseBlock("endgeneration"));
            case "block": return ParseNamedBlock(position);
            case "extends" or "include" or "import" or "from":
                throw tokens.Error($"'{name.Text}' is not supported: a chat template is one file.", name.Position);
            case "autoescape":
                throw tokens.Error("'autoescape' is not supported: prompts are plain text.", name.Position);
            case "do" or "trans":
                throw tokens.Error($"'{name.Text}' is not supported.", name.Position);
        }

        throw tokens.Error($"Encountered unknown tag '{name.Text}'."
            + (ends.Length == 0 ? "" : $" The innermost block that needs to be closed expects {Describe(ends)}."), name.Position);
    }

    private Statement Ended(Statement statement)
    {
        EndTag();
        return statement;
    }

    private void EndTag() => tokens.Expect(TokenKind.BlockEnd, "the end of the statement '%}'");

    /// <summary>The rest of an opening tag, the statements in the block and its closing tag.</summary>
    private Body ParseBlock(string end)
    {
        EndTag();
        var body = ParseBody([end]);
        tokens.Next();
        EndTag();
        return body;
    }

    private ForStatement ParseFor(int position)
    {
        var target = targets.Parse(stopAtName: "in");
        if (!tokens.TryName("in"))
            throw tokens.Unexpected("'in'");
        var items = expressions.ParseTuple(allowConditional: false, stopAtName: "recursive");
        var filter = tokens.TryName("if") ? expressions.Parse() : null;
        var recursive = tokens.TryName("recursive");
        EndTag();
        loops++;
        var body = ParseBody(["endfor", "else"]);
        loops--;
        var otherwise = Body.Empty;
        if (tokens.TryName("else"))
        {
            EndTag();
            otherwise = ParseBody(["endfor"]);
        }

        tokens.Next();
        EndTag();
        return new ForStatement(position, target, items, filter, body, otherwise, recursive);
    }

    private IfStatement ParseIf(int position)
    {
        List<(Expression, Body)> branches = [];
        do
        {
            var condition = expressions.ParseTuple(allowConditional: false);
            EndTag();
            branches.Add((condition, ParseBody(["elif", "else", "endif"])));
        }
        while (tokens.TryName("elif"));
        var otherwise = Body.Empty;
        if (tokens.TryName("else"))
        {
            EndTag();
            otherwise = ParseBody(["endif"]);
        }

        tokens.Next();
        EndTag();
        return new IfStatement(position, branches, otherwise);
    }

    private Statement ParseSet(int position)
    {
        var target = targets.Parse(withFields: true);
        if (tokens.TryOperator("="))
            return Ended(new SetStatement(position, target, expressions.ParseTuple()));
        var filter = tokens.Current.IsOperator("|") ? expressions.Operands.ParseFilterChain(inline: false) : null;
        return new SetBlockStatement(position, target, filter, ParseBlock("endset"));
    }

    private WithStatement ParseWith(int position)
    {
        List<(AssignmentTarget, Expression)> values = [];
        while (tokens.Current.Kind != TokenKind.BlockEnd)
        {
            if (values.Count > 0)
                tokens.ExpectOperator(",");
            var target = targets.Parse();
            tokens.ExpectOperator("=");
            values.Add((target, expressions.Parse()));
        }

        return new WithStatement(position, values, ParseBlock("endwith"));
    }

    private MacroStatement ParseMacro(int position)
    {
        var name = tokens.Expect(TokenKind.Name, "the name of the macro").Text;
        return new MacroStatement(position, ParseMacro(name, ParseParameters(), "endmacro"));
    }

    private CallBlockStatement ParseCall(int position)
    {
        var parameters = tokens.Current.IsOperator("(") ? ParseParameters() : [];
        var start = tokens.Current.Position;
        if (expressions.Parse() is not Call call)
            throw tokens.Error("Expected a call.", start);
        return new CallBlockStatement(position, call, ParseMacro("caller", parameters, "endcall"));
    }

    private MacroDefinition ParseMacro(string name, List<(string, Expression?)> parameters, string end)
    {
        // A loop around a macro is not a loop of its body.
        var (outerNames, outerLoops) = (expressions.Operands.NamesRead.ToArray(), loops);
        expressions.Operands.NamesRead.Clear();
        loops = 0;
        var body = ParseBlock(end);
        var macro = new MacroDefinition(name, parameters, body)
        {
            TakesMorePlaces = expressions.Operands.NamesRead.Contains("varargs"),
            TakesMoreNames = expressions.Operands.NamesRead.Contains("kwargs"),
        };
        expressions.Operands.NamesRead.UnionWith(outerNames);
        loops = outerLoops;
        return macro;
    }

    private List<(string, Expression?)> ParseParameters()
    {
        tokens.ExpectOperator("(");
        List<(string, Expression?)> parameters = [];
        while (!tokens.TryOperator(")"))
        {
            if (parameters.Count > 0)
                tokens.ExpectOperator(",");
            var name = tokens.Expect(TokenKind.Name, "the name of a parameter").Text;
            var fallback = tokens.TryOperator("=") ? expressions.Parse() : null;
            if (fallback is null && parameters is [.., (_, not null)])
                throw tokens.Error("A parameter without a default follows one with a default.");
            parameters.Add((name, fallback));
        }

        return parameters;
    }

    private BlockStatement ParseNamedBlock(int position)
    {
        var name = tokens.Expect(TokenKind.Name, "the name of the block");
        bool scoped = false, required = false;
        while (tokens.Current.Kind == TokenKind.Name)
        {
            if (tokens.TryName("scoped"))
                scoped = true;
            else if (tokens.TryName("required"))
                required = true;
            else
                throw tokens.Unexpected("'scoped', 'required' or the end of the statement '%}'");
        }

        EndTag();
        // A loop around a block is not a loop of its body.
        var outerLoops = loops;
        loops = 0;
        var body = ParseBody(["endblock"]);
        loops = outerLoops;
        tokens.Next();
        tokens.TryName(name.Text);
        EndTag();
        var block = new BlockStatement(position, name.Text, body, scoped, required);
        if (blocks.Exists(other => other.Name == name.Text))
            throw tokens.Error($"block '{name.Text}' defined twice", name.Position);
        blocks.Add(block);
        return block;
    }
}
