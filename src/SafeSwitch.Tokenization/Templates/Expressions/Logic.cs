using SafeSwitch.Tokenization.Templates.Runtime;

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

internal sealed class Not(int position, Expression operand) : Expression(position)
{
    protected override object? Compute(RenderContext context) => !Python.IsTrue(operand.Evaluate(context));
}

/// <summary><c>a if condition else b</c>; without <c>else</c> the other value is undefined.</summary>
internal sealed class Conditional(int position, Expression condition, Expression then, Expression? otherwise) : Expression(position)
{
    protected override object? Compute(RenderContext context) => Python.IsTrue(condition.Evaluate(context))
        ? then.Evaluate(context)
        : otherwise is null
            ? new Undefined("the inline if-expression evaluated to false and no else section was defined")
            : otherwise.Evaluate(context);
}
