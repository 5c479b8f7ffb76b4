using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Templates.Library;
using SafeSwitch.Tokenization.Templates.Runtime;

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
            return CallArguments.Empty;
        List<object?> places = new(positional.Count);
        foreach (var (value, spread) in positional)
        {
            if (spread)
                places.AddRange(context.Walk(value.Evaluate(context)));
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

internal sealed class Call(int position, Expression callee, ArgumentList arguments) : Expression(position)
{
    protected override object? Compute(RenderContext context) => Invoke(context, []);

    /// <summary>Calls with further named arguments, such as the body of a call block.</summary>
    public object? Invoke(RenderContext context, IReadOnlyList<KeyValuePair<string, object?>> extra)
    {
        var target = callee.Evaluate(context);
        var values = arguments.Evaluate(context);
        if (extra.Count > 0)
            values = new CallArguments(values.Positional, [.. values.Named, .. extra]);
        context.Step(Position);
        return target switch
        {
            Callable callable => callable.Call(context, values),
            LoopState loop => loop.Recurse(context, values),
            Undefined undefined => throw undefined.Fault(),
            _ => throw new TemplateFault($"'{Python.TypeName(target)}' object is not callable"),
        };
    }
}

/// <summary><c>value | name(…)</c>. Without a value the filter applies to what a block wrote.</summary>
internal sealed class FilterCall(int position, Expression? input, string name, ArgumentList arguments) : Expression(position)
{
    protected override object? Compute(RenderContext context) => Apply(context, input!.Evaluate(context));

    public object? Apply(RenderContext context, object? captured)
    {
        var value = input is FilterCall { ReadsBlock: true } inner ? inner.Apply(context, captured) : captured;
        var values = arguments.Evaluate(context);
        context.Position = Position;
        context.ChargeFor(value);
        var result = Filters.Find(name).Invoke(context, value, values);
        context.Charge(result is MarkedText text ? text.Length : 0);
        return result;
    }

    private bool ReadsBlock { get; } = input is null || input is FilterCall { ReadsBlock: true };
}

/// <summary><c>value is name(…)</c>.</summary>
internal sealed class TestCall(int position, Expression input, string name, ArgumentList arguments) : Expression(position)
{
    protected override object? Compute(RenderContext context)
    {
        var value = input.Evaluate(context);
        var values = arguments.Evaluate(context);
        context.Position = Position;
        context.ChargeFor(value);
        return Tests.Find(name).Invoke(context, value, values);
    }
}
