namespace SafeSwitch.Tokenization.Templates.Values;

/// <summary>What <c>range</c> gives.</summary>
internal sealed class IntegerRange(long start, long stop, long step)
{
    public int Count { get; } = (int)Math.Max(0, step > 0 ? (stop - start + step - 1) / step : (start - stop - step - 1) / -step);

    public (long Start, long Stop, long Step) Bounds => (start, stop, step);

    public object? this[int index] => start + index * step;

    public IEnumerable<object?> Items => Enumerable.Range(0, Count).Select(i => this[i]);
}
