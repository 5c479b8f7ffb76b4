using SafeSwitch.Tokenization.Templates.Values;

namespace SafeSwitch.Tokenization.Templates.Expressions;

/// <summary><c>a if condition else b</c>; without <c>else</c> the other value is undefined.</summary>
internal sealed class Conditional(int position, Expression condition, Expression then, Expression? otherwise) : Expression(position)
{
    protected override object? Compute(RenderContext context) => Python.IsTrue(condition.Evaluate(context))
        ? then.Evaluate(context)
        : otherwise is null
            ? new Undefined("the inline if-expression evaluated to false and no else section was defined")
            : otherwise.Evaluate(context);
}
