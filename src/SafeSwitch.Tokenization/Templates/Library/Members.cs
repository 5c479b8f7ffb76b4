using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Library;

/// <summary>
/// What <c>a.b</c> and <c>a[b]</c> find. There is no reflection: a value has the methods listed here and nothing else, and of those
/// none changes it.
/// </summary>
internal static class Members
{
    public static object? Field(object? owner, string name)
    {
        if (TryAttribute(owner, name, out var value) || (owner is TemplateMap map && map.TryGet(MarkedText.Template(name), out value)))
            return value;
        return Undefined.Field(owner, name);
    }

    public static object? Item(object? owner, object? key)
    {
        switch (owner)
        {
            case TemplateMap map when map.TryGet(key, out var value):
                return value;
            case TemplateList list when PythonNumber.IsInteger(key):
                return At(list.Items.Count, Python.ToIndex(key)) is { } index ? list.Items[index] : Missing(owner, key);
            case IntegerRange range when PythonNumber.IsInteger(key):
                return At(range.Count, Python.ToIndex(key)) is { } place ? range[place] : Missing(owner, key);
            case MarkedText text when PythonNumber.IsInteger(key):
                return Slices.Character(text, Python.ToIndex(key)) ?? (object)Missing(owner, key);
            case Undefined undefined:
                throw undefined.Fault();
        }

        return key is MarkedText name && TryAttribute(owner, name.Value, out var attribute) ? attribute : Missing(owner, key);
    }

    public static int? At(int count, long index)
    {
        if (index < 0)
            index += count;
        return index >= 0 && index < count ? (int)index : null;
    }

    private static bool TryAttribute(object? owner, string name, out object? value)
    {
        switch (owner)
        {
            case Namespace fields:
                return fields.Fields.TryGetValue(name, out value);
            case LoopState loop:
                value = loop.Field(name);
                return true;
            case TemplateList { FieldNames: { } names } list when names.IndexOf(name) is >= 0 and var index:
                value = list.Items[index];
                return true;
            case Undefined undefined:
                throw undefined.Fault();
        }

        value = owner switch
        {
            MarkedText text => TextMethods.Find(text, name),
            TemplateMap map => MapMethods.Find(map, name),
            TemplateList list => ListMethods.Find(list, name),
            Callable callable when name == "name" => MarkedText.Template(callable.Name),
            _ => null,
        };
        return value is not null;
    }

    private static Undefined Missing(object? owner, object? key) => new(key is MarkedText name
        ? $"'{Python.TypeName(owner)} object' has no attribute '{name.Value}'"
        : $"{Python.TypeName(owner)} object has no element {PythonRepr.Of(key)}");

    private static int IndexOf(this IReadOnlyList<string> names, string name)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (names[i] == name)
                return i;
        }

        return -1;
    }
}

/// <summary>What a list or tuple can do.</summary>
internal static class ListMethods
{
    public static object? Find(TemplateList list, string name) => name switch
    {
        "count" => new Callable(name, (_, arguments) => (long)list.Items.Count(item => Python.AreEqual(item, arguments.Bind(name, "value").Need(0)))),
        "index" => new Callable(name, (_, arguments) => IndexOf(list, arguments.Bind(name, "value").Need(0))),
        "copy" when !list.IsTuple => new Callable(name, (_, _) => list),
        "append" or "extend" or "insert" or "remove" or "pop" or "clear" or "sort" or "reverse" when !list.IsTuple => MapMethods.Refusal(name, "list"),
        _ => null,
    };

    private static long IndexOf(TemplateList list, object? value)
    {
        for (var i = 0; i < list.Items.Count; i++)
        {
            if (Python.AreEqual(list.Items[i], value))
                return i;
        }

        throw new TemplateFault($"{PythonRepr.Of(value)} is not in list");
    }
}

/// <summary>What a dictionary can do.</summary>
internal static class MapMethods
{
    public static object? Find(TemplateMap map, string name) => name switch
    {
        "items" => new Callable(name, (_, _) => new TemplateList([.. map.Pairs.Select(p => TemplateList.Tuple(p.Key, p.Value))])),
        "keys" => new Callable(name, (_, _) => new TemplateList([.. map.Keys])),
        "values" => new Callable(name, (_, _) => new TemplateList([.. map.Values])),
        "get" => new Callable(name, (_, arguments) => Get(map, arguments)),
        "copy" => new Callable(name, (_, _) => map),
        "pop" or "popitem" or "clear" or "update" or "setdefault" => Refusal(name, "dict"),
        _ => null,
    };

    public static Callable Refusal(string name, string type) =>
        new(name, (_, _) => throw new TemplateFault($"access to attribute '{name}' of '{type}' object is unsafe."));

    private static object? Get(TemplateMap map, CallArguments arguments)
    {
        var bound = arguments.Bind("get", "key", "default");
        return map.TryGet(bound.Need(0), out var value) ? value : bound.Get(1);
    }
}
