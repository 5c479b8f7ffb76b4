using SafeSwitch.Tokenization.Templates.Library;

namespace SafeSwitch.Tokenization.Templates.Expressions;

/// <summary><c>value | name(…)</c>. Without a value the filter applies to what a block wrote.</summary>
internal sealed class FilterCall(int position, Expression? input, string name, ArgumentList arguments) : Expression(position)
{
    protected override object? Compute(RenderContext context) => Apply(context, input!.Evaluate(context));

    public object? Apply(RenderContext context, object? captured)
    {
        var value = input is FilterCall { ReadsBlock: true } inner ? inner.Apply(context, captured) : captured;
        var values = arguments.Evaluate(context);
        context.Position = Position;
        return Filters.Find(name).Invoke(context, value, values);
    }

    private bool ReadsBlock { get; } = input is null || input is FilterCall { ReadsBlock: true };
}
