using SafeSwitch.Tokenization.Templates.Library;

namespace SafeSwitch.Tokenization.Templates.Expressions;

/// <summary><c>a[b]</c>: an item first, then a method or field of that name.</summary>
internal sealed class ItemAccess(int position, Expression owner, Expression key) : Expression(position)
{
    protected override object? Compute(RenderContext context)
    {
        var value = owner.Evaluate(context);
        var index = key.Evaluate(context);
        context.Position = Position;
        return Members.Item(value, index);
    }
}
