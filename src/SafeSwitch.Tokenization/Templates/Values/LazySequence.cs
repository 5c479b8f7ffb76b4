namespace SafeSwitch.Tokenization.Templates.Values;

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
