using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Templates.Library;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Expressions;

/// <summary><c>+ - * / // % **</c>, on numbers, and on text and lists where Python has it.</summary>
internal sealed class Arithmetic(int position, string operation, Expression left, Expression right) : Expression(position)
{
    protected override object? Compute(RenderContext context)
    {
        var a = left.Evaluate(context);
        var b = right.Evaluate(context);
        context.Position = Position;
        return Operators.Apply(context, operation, a, b);
    }
}

/// <summary><c>-a</c>, <c>+a</c>.</summary>
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

/// <summary><c>a ~ b</c>: the text of both, one after the other.</summary>
internal sealed class Concatenation(int position, IReadOnlyList<Expression> parts) : Expression(position)
{
    protected override object? Compute(RenderContext context)
    {
        var result = new MarkedTextBuilder();
        foreach (var part in parts)
        {
            var value = part.Evaluate(context);
            context.ChargeForAll(value);
            result.Append(Python.Str(value));
        }

        return result.Build();
    }
}
