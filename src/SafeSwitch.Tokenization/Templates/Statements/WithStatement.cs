using SafeSwitch.Tokenization.Templates.Expressions;

namespace SafeSwitch.Tokenization.Templates.Statements;

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
