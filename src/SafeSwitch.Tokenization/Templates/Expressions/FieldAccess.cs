using SafeSwitch.Tokenization.Templates.Library;

namespace SafeSwitch.Tokenization.Templates.Expressions;

/// <summary><c>a.b</c>: a method or field first, then an item of that name.</summary>
internal sealed class FieldAccess(int position, Expression owner, string field) : Expression(position)
{
    protected override object? Compute(RenderContext context)
    {
        var value = owner.Evaluate(context);
        context.Position = Position;
        return Members.Field(value, field);
    }
}
