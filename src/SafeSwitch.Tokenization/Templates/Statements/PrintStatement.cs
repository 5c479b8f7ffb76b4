using SafeSwitch.Tokenization.Templates.Expressions;
using SafeSwitch.Tokenization.Templates.Values;

namespace SafeSwitch.Tokenization.Templates.Statements;

internal sealed class PrintStatement(int position, Expression value) : Statement(position)
{
    protected override Flow Execute(RenderContext context)
    {
        var result = value.Evaluate(context);
        context.Position = Position;
        context.Write(Python.Str(result));
        return Flow.Next;
    }
}
