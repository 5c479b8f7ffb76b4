using SafeSwitch.Tokenization.Templates.Library;
using SafeSwitch.Tokenization.Templates.Values;

namespace SafeSwitch.Tokenization.Templates.Expressions;

/// <summary><c>a[start:stop:step]</c>.</summary>
internal sealed class SliceAccess(int position, Expression owner, Expression? start, Expression? stop, Expression? step) : Expression(position)
{
    protected override object? Compute(RenderContext context)
    {
        var value = owner.Evaluate(context);
        var from = Bound(start, context);
        var to = Bound(stop, context);
        var by = Bound(step, context) ?? 1;
        context.Position = Position;
        return Slices.Take(context, value, from, to, by);
    }

    private static long? Bound(Expression? bound, RenderContext context) =>
        bound?.Evaluate(context) is { } value ? Python.ToIndex(value) : null;
}
