using System.Numerics;
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
                return Slices.Character(text, Python.ToIndex(key)) is { } character ? text.IsSafe ? character.AsSafe() : character : Missing(owner, key);
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
            case TemplateReference template:
                value = template.Blocks.GetValueOrDefault(name);
                return value is not null;
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
            IntegerRange range => RangeMembers(range, name),
            bool or long or double or BigInteger => NumberMethods.Find(owner, name),
            Callable callable when name == "name" => MarkedText.Template(callable.Name),
            _ => null,
        };
        return value is not null;
    }

    private static object? RangeMembers(IntegerRange range, string name) => name switch
    {
        "start" => range.Bounds.Start,
        "stop" => range.Bounds.Stop,
        "step" => range.Bounds.Step,
        "count" or "index" => ListMethods.Find(new TemplateList([.. range.Items], isTuple: true), name),
        _ => null,
    };

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
        "count" => new Callable(name, (context, arguments) => CountOf(context, list, arguments.Bind(name, "value").Need(0))),
        "index" => new Callable(name, (context, arguments) => IndexOf(context, list, arguments.Bind(name, "value").Need(0))),
        "copy" when !list.IsTuple => new Callable(name, (_, arguments) => arguments.None(name) ? list : null),
        "append" or "extend" or "insert" or "remove" or "pop" or "clear" or "sort" or "reverse" when !list.IsTuple => new Undefined($"access to attribute '{name}' of 'list' object is unsafe."),
        _ => null,
    };

    private static long CountOf(RenderContext context, TemplateList list, object? value)
    {
        context.ChargeForAll(list);
        return list.Items.Count(item => Python.AreEqual(item, value));
    }

    private static long IndexOf(RenderContext context, TemplateList list, object? value)
    {
        context.ChargeForAll(list);
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
        "items" => new Callable(name, (_, arguments) => arguments.None(name) ? new MapView(name, new TemplateList([.. map.Pairs.Select(p => TemplateList.Tuple(p.Key, p.Value))])) : null),
        "keys" => new Callable(name, (_, arguments) => arguments.None(name) ? new MapView(name, new TemplateList([.. map.Keys])) : null),
        "values" => new Callable(name, (_, arguments) => arguments.None(name) ? new MapView(name, new TemplateList([.. map.Values])) : null),
        "get" => new Callable(name, (_, arguments) => Get(map, arguments)),
        "copy" => new Callable(name, (_, arguments) => arguments.None(name) ? map : null),
        "pop" or "popitem" or "clear" or "update" or "setdefault" => new Undefined($"access to attribute '{name}' of 'dict' object is unsafe."),
        _ => null,
    };

    private static object? Get(TemplateMap map, CallArguments arguments)
    {
        var bound = arguments.Bind("get", "key", "default");
        return map.Contains(bound.Need(0)) && map.TryGet(bound.Need(0), out var value) ? value : bound.Get(1);
    }
}

/// <summary>What a number can do.</summary>
internal static class NumberMethods
{
    public static object? Find(object number, string name) => name switch
    {
        "real" => number is bool ? PythonNumber.Normalize(PythonNumber.ToBig(number)) : number,
        "imag" => number is double ? 0.0 : (object)0L,
        "conjugate" => Method(name, () => number is bool ? PythonNumber.Normalize(PythonNumber.ToBig(number)) : number),
        "is_integer" when number is double real => Method(name, () => Math.Floor(real) == real && double.IsFinite(real)),
        "numerator" when number is not double => PythonNumber.Normalize(PythonNumber.ToBig(number)),
        "denominator" when number is not double => 1L,
        "bit_length" when number is not double => Method(name, () => BigInteger.Abs(PythonNumber.ToBig(number)).GetBitLength()),
        _ => null,
    };

    private static Callable Method(string name, Func<object> body) => new(name, (_, arguments) => arguments.None(name) ? body() : null);
}
