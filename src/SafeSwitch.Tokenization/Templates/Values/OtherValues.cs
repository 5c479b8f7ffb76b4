namespace SafeSwitch.Tokenization.Templates.Values;

/// <summary>A container whose fields a template may set, to carry a value out of a loop.</summary>
internal sealed class Namespace
{
    public Dictionary<string, object?> Fields { get; } = new(StringComparer.Ordinal);
}

/// <summary>Something that a template can call.</summary>
internal class Callable(string name, Func<RenderContext, CallArguments, object?> body)
{
    public string Name => name;

    public object? Call(RenderContext context, CallArguments arguments) => body(context, arguments);
}

/// <summary>Values that are walked through once, such as what <c>select</c> gives.</summary>
internal sealed class LazySequence(IEnumerable<object?> items)
{
    private readonly IEnumerator<object?> _items = items.GetEnumerator();

    public IEnumerable<object?> Rest()
    {
        while (_items.MoveNext())
            yield return _items.Current;
    }
}

/// <summary>What <c>range</c> gives.</summary>
internal sealed class IntegerRange(long start, long stop, long step)
{
    public int Count { get; } = (int)Math.Max(0, step > 0 ? (stop - start + step - 1) / step : (start - stop - step - 1) / -step);

    public (long Start, long Stop, long Step) Bounds => (start, stop, step);

    public object? this[int index] => start + index * step;

    public IEnumerable<object?> Items => Enumerable.Range(0, Count).Select(i => this[i]);
}
