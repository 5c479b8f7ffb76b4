using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Templates.Expressions;
using SafeSwitch.Tokenization.Templates.Values;

namespace SafeSwitch.Tokenization.Templates.Statements;

internal sealed class TextStatement(int position, string text) : Statement(position)
{
    private readonly MarkedText _text = MarkedText.Template(text);

    protected override Flow Execute(RenderContext context)
    {
        context.Write(_text);
        return Flow.Next;
    }
}

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

internal sealed class IfStatement(int position, IReadOnlyList<(Expression Condition, Body Body)> branches, Body otherwise) : Statement(position)
{
    protected override Flow Execute(RenderContext context)
    {
        foreach (var (condition, body) in branches)
            if (Python.IsTrue(condition.Evaluate(context)))
                return body.Run(context);
        return otherwise.Run(context);
    }
}

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

internal sealed class FilterBlockStatement(int position, FilterCall filter, Body body) : Statement(position)
{
    protected override Flow Execute(RenderContext context)
    {
        context.Write(Python.Str(filter.Apply(context, body.Capture(context))));
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

/// <summary>A block whose own meaning does not matter here: <c>block</c>, <c>generation</c>.</summary>
internal sealed class TransparentStatement(int position, Body body, bool scoped) : Statement(position)
{
    protected override Flow Execute(RenderContext context)
    {
        if (!scoped)
            return body.Run(context);
        var flow = Flow.Next;
        context.Within(null, _ => flow = body.Run(context));
        return flow;
    }
}

internal sealed class LoopControlStatement(int position, Flow flow) : Statement(position)
{
    protected override Flow Execute(RenderContext context) => flow;
}
