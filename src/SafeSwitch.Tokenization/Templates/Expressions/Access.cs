using SafeSwitch.Tokenization.Templates.Library;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Expressions;

/// <summary><c>a.b</c>: a method or field first, then an item of that name.</summary>
internal sealed class FieldAccess(int position, Expression owner, string field) : Expression(position)
{
    protected override object? Compute(RenderContext context)
    {
        var value = owner.Evaluate(context);
        context.Position = Position;
        var result = Members.Field(value, field);
        // A method reads what it is a method of.
        if (result is Callable)
            context.ChargeFor(value);
        return result;
    }
}

/// <summary><c>a[b]</c>: an item first, then a method or field of that name.</summary>
internal sealed class ItemAccess(int position, Expression owner, Expression key) : Expression(position)
{
    protected override object? Compute(RenderContext context)
    {
        var value = owner.Evaluate(context);
        var index = key.Evaluate(context);
        context.Position = Position;
        var result = Members.Item(value, index);
        if (result is Callable)
            context.ChargeFor(value);
        return result;
    }
}

/// <summary><c>a[start:stop:step]</c>.</summary>
internal sealed class SliceAccess(int position, Expression owner, Expression? start, Expression? stop, Expression? step) : Expression(position)
{
    protected override object? Compute(RenderContext context)
    {
        var value = owner.Evaluate(context);
        var from = start?.Evaluate(context);
        var to = stop?.Evaluate(context);
        var by = step?.Evaluate(context);
        context.Position = Position;
        return Slices.Take(context, value, from, to, by);
    }
}
