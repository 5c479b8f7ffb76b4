using SafeSwitch.Tokenization.Templates.Values;

namespace SafeSwitch.Tokenization.Templates.Library;

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
