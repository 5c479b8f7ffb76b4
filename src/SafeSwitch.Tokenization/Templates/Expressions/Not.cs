using SafeSwitch.Tokenization.Templates.Values;

namespace SafeSwitch.Tokenization.Templates.Expressions;

internal sealed class Not(int position, Expression operand) : Expression(position)
{
    protected override object? Compute(RenderContext context) => !Python.IsTrue(operand.Evaluate(context));
}
