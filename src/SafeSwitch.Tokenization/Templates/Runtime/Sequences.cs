using System.Numerics;

namespace SafeSwitch.Tokenization.Templates.Runtime;

/// <summary>A list or tuple. <paramref name="fieldNames"/> name the items of the pairs that grouping gives.</summary>
internal sealed class TemplateList(IReadOnlyList<object?> items, bool isTuple = false, IReadOnlyList<string>? fieldNames = null)
{
    private long? weight;

    public IReadOnlyList<object?> Items => items;

    public bool IsTuple => isTuple;

    /// <inheritdoc cref="Python.Weight"/>
    public long Weight => weight ??= Python.WeightOf(items);

    public IReadOnlyList<string>? FieldNames => fieldNames;

    public static TemplateList Tuple(params IReadOnlyList<object?> items) => new(items, isTuple: true);
}

/// <summary>What <c>range</c> gives.</summary>
internal sealed class IntegerRange(long start, long stop, long step)
{
    public int Count { get; } = (int)Math.Max(0, step > 0 ? (stop - start + step - 1) / step : (start - stop - step - 1) / -step);

    public (long Start, long Stop, long Step) Bounds => (start, stop, step);

    public object? this[int index] => start + index * step;

    public bool Contains(BigInteger value) =>
        (value - start) % step == 0 && (value - start) / step >= 0 && (value - start) / step < Count;

    public IEnumerable<object?> Items => Enumerable.Range(0, Count).Select(i => this[i]);
}

/// <summary>Values that are walked through once, such as what <c>select</c> gives.</summary>
internal sealed class LazySequence(IEnumerable<object?> items)
{
    private readonly IEnumerator<object?> items = items.GetEnumerator();

    public IEnumerable<object?> Rest()
    {
        while (items.MoveNext())
            yield return items.Current;
    }
}
