using SafeSwitch.Tokenization.Templates.Values;

namespace SafeSwitch.Tokenization.Templates.Expressions;

internal sealed class Sign(int position, bool negative, Expression operand) : Expression(position)
{
    protected override object? Compute(RenderContext context)
    {
        var value = operand.Evaluate(context);
        context.Position = Position;
        if (value is Undefined undefined)
            throw undefined.Fault();
        if (!PythonNumber.IsNumber(value))
            throw new TemplateFault($"bad operand type for unary {(negative ? '-' : '+')}: '{Python.TypeName(value)}'");
        return value is double real ? (negative ? -real : real) : PythonNumber.Normalize(negative ? -PythonNumber.ToBig(value) : PythonNumber.ToBig(value));
    }
}
