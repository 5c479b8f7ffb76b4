using SafeSwitch.Tokenization.Templates.Values;

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
            if (!Holds(operation, left, right))
                return false;
            left = right;
        }

        return true;
    }

    public static bool Holds(string operation, object? left, object? right) => operation switch
    {
        "==" => Python.AreEqual(left, right),
        "!=" => !Python.AreEqual(left, right),
        "in" => Python.Contains(right, left),
        "not in" => !Python.Contains(right, left),
        _ when IsNaN(left) || IsNaN(right) => false,
        "<" => Python.Compare(left, right, operation) < 0,
        "<=" => Python.Compare(left, right, operation) <= 0,
        ">" => Python.Compare(left, right, operation) > 0,
        _ => Python.Compare(left, right, operation) >= 0,
    };

    private static bool IsNaN(object? value) => value is double real && double.IsNaN(real);
}
