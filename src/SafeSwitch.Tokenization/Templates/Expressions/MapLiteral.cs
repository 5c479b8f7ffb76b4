using SafeSwitch.Tokenization.Templates.Values;

namespace SafeSwitch.Tokenization.Templates.Expressions;

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
