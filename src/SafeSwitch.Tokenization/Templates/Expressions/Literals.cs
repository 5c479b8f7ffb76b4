using SafeSwitch.Tokenization.Templates.Runtime;

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
