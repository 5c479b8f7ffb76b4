using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Templates.Values;

namespace SafeSwitch.Tokenization.Templates.Expressions;

internal sealed class Literal(int position, object? value) : Expression(position)
{
    public object? Value => value;

    protected override object? Compute(RenderContext context) => value;
}

internal sealed class NameReference(int position, string name) : Expression(position)
{
    public string Name => name;

    protected override object? Compute(RenderContext context) => context.Lookup(name);
}

internal sealed class ListLiteral(int position, IReadOnlyList<Expression> items, bool isTuple) : Expression(position)
{
    public IReadOnlyList<Expression> Items => items;

    public bool IsTuple => isTuple;

    protected override object? Compute(RenderContext context)
    {
        var values = new object?[items.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = items[i].Evaluate(context);
        return new TemplateList(values, isTuple);
    }
}

internal sealed class MapLiteral(int position, IReadOnlyList<(Expression Key, Expression Value)> items) : Expression(position)
{
    protected override object? Compute(RenderContext context)
    {
        var map = new TemplateMap();
        foreach (var (key, value) in items)
            map.Set(key.Evaluate(context), value.Evaluate(context));
        return map;
    }
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
            result.Append(Python.Str(part.Evaluate(context)));
        context.Charge(result.Length);
        return result.Build();
    }
}
