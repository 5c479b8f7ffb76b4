using SafeSwitch.Tokenization.Templates.Values;

namespace SafeSwitch.Tokenization.Templates.Expressions;

/// <summary><c>and</c>, <c>or</c>: the value that decided, as in Python.</summary>
internal sealed class Logical(int position, bool isAnd, Expression left, Expression right) : Expression(position)
{
    protected override object? Compute(RenderContext context)
    {
        var value = left.Evaluate(context);
        return Python.IsTrue(value) == isAnd ? right.Evaluate(context) : value;
    }
}
