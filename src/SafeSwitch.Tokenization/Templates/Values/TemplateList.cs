namespace SafeSwitch.Tokenization.Templates.Values;

/// <summary>A list or tuple. <paramref name="fieldNames"/> name the items of the pairs that grouping gives.</summary>
internal sealed class TemplateList(IReadOnlyList<object?> items, bool isTuple = false, IReadOnlyList<string>? fieldNames = null)
{
    public IReadOnlyList<object?> Items => items;

    public bool IsTuple => isTuple;

    public IReadOnlyList<string>? FieldNames => fieldNames;

    public static TemplateList Tuple(params IReadOnlyList<object?> items) => new(items, isTuple: true);
}
