using SafeSwitch.Tokenization.Marking;

namespace SafeSwitch.Tokenization.Templates.Runtime;

/// <summary>Something that a template can call.</summary>
internal class Callable(string name, Func<RenderContext, CallArguments, object?> body)
{
    public string Name => name;

    public object? Call(RenderContext context, CallArguments arguments) => body(context, arguments);
}

/// <summary>What <c>self</c> is: the template's blocks by name.</summary>
internal sealed record TemplateReference(IReadOnlyDictionary<string, Callable> Blocks);

/// <summary>The arguments of one call, by place and by name.</summary>
internal sealed class CallArguments(IReadOnlyList<object?> positional, IReadOnlyList<KeyValuePair<string, object?>> named)
{
    public static readonly CallArguments Empty = new([], []);

    public IReadOnlyList<object?> Positional => positional;

    public IReadOnlyList<KeyValuePair<string, object?>> Named => named;

    public static CallArguments Of(params IReadOnlyList<object?> positional) => new(positional, []);

    public CallArguments Skip(int count) => new([.. positional.Skip(count)], named);

    /// <summary>True; an error if there is any argument.</summary>
    public bool None(string callee)
    {
        Bind(callee);
        return true;
    }

    /// <summary>Lays the arguments out over parameters. One too many, or one that has no such name, is an error.</summary>
    public BoundArguments Bind(string callee, params ReadOnlySpan<string> parameters)
    {
        if (positional.Count > parameters.Length)
            throw new TemplateFault($"{callee}() takes at most {parameters.Length} argument(s) ({positional.Count} given)");
        var values = new object?[parameters.Length];
        var present = new bool[parameters.Length];
        for (var i = 0; i < positional.Count; i++)
            (values[i], present[i]) = (positional[i], true);
        foreach (var (name, value) in named)
        {
            var index = parameters.IndexOf(name);
            if (index < 0)
                throw new TemplateFault($"{callee}() got an unexpected keyword argument '{name}'");
            if (present[index])
                throw new TemplateFault($"{callee}() got multiple values for argument '{name}'");
            (values[index], present[index]) = (value, true);
        }

        return new BoundArguments(callee, parameters.ToArray(), values, present);
    }
}

/// <summary>Arguments laid out over the parameters of what is called.</summary>
internal sealed class BoundArguments(string callee, string[] parameters, object?[] values, bool[] present)
{
    public bool Has(int index) => present[index];

    public object? Get(int index, object? fallback = null) => present[index] ? values[index] : fallback;

    public object? Need(int index) => present[index]
        ? values[index]
        : throw new TemplateFault($"{callee}() missing required argument: '{parameters[index]}'");

    public bool Bool(int index, bool fallback = false) => present[index] ? Python.IsTrue(values[index]) : fallback;

    public long Int(int index, long? fallback = null) => !present[index] && fallback is { } number ? number : Python.ToIndex(Need(index));

    public MarkedText Text(int index) => Need(index) as MarkedText
        ?? throw new TemplateFault($"{callee}(): '{parameters[index]}' must be str, not {Python.TypeName(values[index])}");

    public MarkedText Text(int index, string fallback) => present[index] ? Text(index) : MarkedText.Template(fallback);

    /// <summary>Text, or null where none is given or None is.</summary>
    public MarkedText? TextOrNone(int index) => present[index] && values[index] is not null ? Text(index) : null;
}
