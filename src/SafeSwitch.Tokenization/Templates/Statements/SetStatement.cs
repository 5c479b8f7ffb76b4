using SafeSwitch.Tokenization.Templates.Expressions;

namespace SafeSwitch.Tokenization.Templates.Statements;

internal sealed class SetStatement(int position, AssignmentTarget target, Expression value) : Statement(position)
{
    protected override Flow Execute(RenderContext context)
    {
        target.Assign(context, context.Scope, value.Evaluate(context));
        return Flow.Next;
    }
}
