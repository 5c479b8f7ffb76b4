using SafeSwitch.Tokenization.Templates.Runtime;
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

internal sealed class WithStatement(int position, IReadOnlyList<(AssignmentTarget Target, Expression Value)> values, Body body) : Statement(position)
{
    protected override Flow Execute(RenderContext context)
    {
        object?[] results = [.. values.Select(v => v.Value.Evaluate(context))];
        var flow = Flow.Next;
        context.Within(null, scope =>
        {
            for (var i = 0; i < results.Length; i++)
                values[i].Target.Assign(context, scope, results[i]);
            flow = body.Run(context);
        });
        return flow;
    }
}
