using SafeSwitch.Tokenization.Templates.Expressions;

namespace SafeSwitch.Tokenization.Templates.Statements;

/// <summary><c>{% set name %}…{% endset %}</c>, its text put through a filter if one is named.</summary>
internal sealed class SetBlockStatement(int position, AssignmentTarget target, FilterCall? filter, Body body) : Statement(position)
{
    protected override Flow Execute(RenderContext context)
    {
        object? text = body.Capture(context);
        target.Assign(context, context.Scope, filter is null ? text : filter.Apply(context, text));
        return Flow.Next;
    }
}
