namespace SafeSwitch.Tokenization.Templates.Values;

/// <summary>The arguments of one call, by place and by name.</summary>
internal sealed class CallArguments(IReadOnlyList<object?> positional, IReadOnlyList<KeyValuePair<string, object?>> named)
{
    public static readonly CallArguments None = new([], []);

    public IReadOnlyList<object?> Positional => positional;

    public IReadOnlyList<KeyValuePair<string, object?>> Named => named;

    public static CallArguments Of(params IReadOnlyList<object?> positional) => new(positional, []);

    public CallArguments Skip(int count) => new([.. positional.Skip(count)], named);

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
