using SafeSwitch.Tokenization.Templates.Expressions;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Statements;

internal sealed class ForStatement(int position, AssignmentTarget target, Expression items, Expression? filter, Body body, Body otherwise, bool recursive)
    : Statement(position)
{
    protected override Flow Execute(RenderContext context)
    {
        Loop(context, items.Evaluate(context), depth: 0);
        return Flow.Next;
    }

    private void Loop(RenderContext context, object? sequence, int depth)
    {
        context.Position = Position;
        context.ChargeFor(sequence);
        var values = Select(context, sequence);
        if (values.Count == 0)
        {
            context.Within(null, _ => otherwise.Run(context));
            return;
        }

        var state = new LoopState(values, depth) { Descend = recursive ? (inner, level) => context.Capture(() => Loop(context, inner, level)) : null };
        for (state.Index = 0; state.Index < values.Count; state.Index++)
        {
            context.Step(Position);
            var flow = Flow.Next;
            context.Within(null, scope =>
            {
                scope.Set("loop", state);
                target.Assign(context, scope, values[state.Index]);
                flow = body.Run(context);
            });
            if (flow == Flow.Break)
                break;
        }
    }

    private IReadOnlyList<object?> Select(RenderContext context, object? sequence)
    {
        if (filter is null)
            return sequence is TemplateList list ? list.Items : [.. context.Walk(sequence)];
        List<object?> selected = [];
        foreach (var item in Python.Iterate(sequence))
        {
            context.Step(Position);
            context.Within(null, scope =>
            {
                target.Assign(context, scope, item);
                if (Python.IsTrue(filter.Evaluate(context)))
                    selected.Add(item);
            });
        }

        return selected;
    }
}

internal sealed class LoopControlStatement(int position, Flow flow) : Statement(position)
{
    protected override Flow Execute(RenderContext context) => flow;
}
