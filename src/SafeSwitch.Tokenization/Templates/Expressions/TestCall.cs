using SafeSwitch.Tokenization.Templates.Library;

namespace SafeSwitch.Tokenization.Templates.Expressions;

/// <summary><c>value is name(…)</c>.</summary>
internal sealed class TestCall(int position, Expression input, string name, ArgumentList arguments) : Expression(position)
{
    protected override object? Compute(RenderContext context)
    {
        var value = input.Evaluate(context);
        var values = arguments.Evaluate(context);
        context.Position = Position;
        return Tests.Find(name).Invoke(context, value, values);
    }
}
