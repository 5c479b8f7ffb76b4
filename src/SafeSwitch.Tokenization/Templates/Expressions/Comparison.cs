using SafeSwitch.Tokenization.Templates.Library;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Expressions;

/// <summary><c>a &lt; b &lt;= c</c>, <c>in</c>, <c>not in</c>: each operand is evaluated once, and only as far as the chain holds.</summary>
internal sealed class Comparison(int position, Expression first, IReadOnlyList<(string Operation, Expression Operand)> rest) : Expression(position)
{
    protected override object? Compute(RenderContext context)
    {
        var left = first.Evaluate(context);
        foreach (var (operation, operand) in rest)
        {
            var right = operand.Evaluate(context);
            context.Position = Position;
            if (!Operators.Holds(context, operation, left, right))
                return false;
            left = right;
        }

        return true;
    }
}
