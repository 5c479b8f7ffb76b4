using SafeSwitch.Tokenization.Templates.Values;

namespace SafeSwitch.Tokenization.Templates.Expressions;

internal sealed class Call(int position, Expression callee, ArgumentList arguments) : Expression(position)
{
    protected override object? Compute(RenderContext context) => Invoke(context, []);

    /// <summary>Calls with further named arguments, such as the body of a call block.</summary>
    public object? Invoke(RenderContext context, IReadOnlyList<KeyValuePair<string, object?>> extra)
    {
        var target = callee.Evaluate(context);
        var values = arguments.Evaluate(context);
        if (extra.Count > 0)
            values = new CallArguments(values.Positional, [.. values.Named, .. extra]);
        context.Step(Position);
        return target switch
        {
            Callable callable => callable.Call(context, values),
            LoopState loop => loop.Recurse(context, values),
            Undefined undefined => throw undefined.Fault(),
            _ => throw new TemplateFault($"'{Python.TypeName(target)}' object is not callable"),
        };
    }
}
