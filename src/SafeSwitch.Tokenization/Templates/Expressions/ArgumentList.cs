using SafeSwitch.Tokenization.Templates.Values;

namespace SafeSwitch.Tokenization.Templates.Expressions;

/// <summary>The arguments of a call as written: by place, by name, and spread out of a list or dictionary.</summary>
internal sealed class ArgumentList(
    IReadOnlyList<(Expression Value, bool Spread)> positional,
    IReadOnlyList<(string? Name, Expression Value)> named)
{
    public static readonly ArgumentList None = new([], []);

    public CallArguments Evaluate(RenderContext context)
    {
        if (positional.Count == 0 && named.Count == 0)
            return CallArguments.None;
        List<object?> places = new(positional.Count);
        foreach (var (value, spread) in positional)
        {
            if (spread)
                places.AddRange(Python.Iterate(value.Evaluate(context)));
            else
                places.Add(value.Evaluate(context));
        }

        List<KeyValuePair<string, object?>> names = new(named.Count);
        foreach (var (name, value) in named)
        {
            if (name is not null)
            {
                names.Add(new(name, value.Evaluate(context)));
                continue;
            }

            if (value.Evaluate(context) is not TemplateMap map)
                throw new TemplateFault("the argument after ** must be a dictionary");
            foreach (var (key, item) in map.Pairs)
                names.Add(new(Python.Str(key).Value, item));
        }

        return new CallArguments(places, names);
    }
}
