using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Library;

/// <summary>What every template can call.</summary>
internal static class Globals
{
    private const int LongestRange = 100_000;

    private static readonly Dictionary<string, Callable> Functions = new Callable[]
    {
        new("range", Range),
        new("dict", Dict),
        new("namespace", MakeNamespace),
        new("raise_exception", (_, arguments) => throw new TemplateFault(Python.Str(arguments.Bind("raise_exception", "message").Need(0)).Value)),
        new("strftime_now", (context, arguments) =>
            MarkedText.Template(Strftime.Format(arguments.Bind("strftime_now", "format").Text(0).Value, context.Now))),
        new("joiner", Joiner),
        new("cycler", Cycler),
    }.ToDictionary(f => f.Name, StringComparer.Ordinal);

    /// <summary>The outermost scope of every rendering. Nothing sets a name in it.</summary>
    public static Scope Scope { get; } = new(null, Functions.ToDictionary(f => f.Key, f => (object?)f.Value));

    private static IntegerRange Range(RenderContext context, CallArguments arguments)
    {
        var bound = arguments.Bind("range", "start", "stop", "step");
        var (start, stop) = bound.Has(1) ? (bound.Int(0), bound.Int(1)) : (0, bound.Int(0));
        var step = bound.Int(2, 1);
        if (step == 0)
            throw new TemplateFault("range() arg 3 must not be zero");
        var count = Int128.Abs(((Int128)stop - start) / step);
        return count <= LongestRange ? new IntegerRange(start, stop, step) : throw new TemplateFault($"Range too big. The sandbox blocks ranges larger than MAX_RANGE ({LongestRange}).");
    }

    private static TemplateMap Dict(RenderContext context, CallArguments arguments)
    {
        var map = new TemplateMap();
        Fill(arguments, map.Set);
        return map;
    }

    private static Namespace MakeNamespace(RenderContext context, CallArguments arguments)
    {
        var result = new Namespace();
        Fill(arguments, (key, value) => result.Fields[Python.Str(key).Value] = value);
        return result;
    }

    private static void Fill(CallArguments arguments, Action<object?, object?> set)
    {
        foreach (var source in arguments.Positional)
        {
            if (source is TemplateMap map)
            {
                foreach (var (key, value) in map.Pairs)
                    set(key, value);
                continue;
            }

            foreach (var item in Python.Iterate(source))
            {
                object?[] pair = [.. Python.Iterate(item).Take(3)];
                if (pair.Length != 2)
                    throw new TemplateFault("dictionary update sequence element must have length 2");
                set(pair[0], pair[1]);
            }
        }

        foreach (var (name, value) in arguments.Named)
            set(MarkedText.Template(name), value);
    }

    private static Callable Joiner(RenderContext context, CallArguments arguments)
    {
        var separator = arguments.Bind("joiner", "sep").Text(0, ", ");
        var used = false;
        return new Callable("joiner", (_, _) =>
        {
            var result = used ? separator : MarkedText.Empty;
            used = true;
            return result;
        });
    }

    private static Namespace Cycler(RenderContext context, CallArguments arguments)
    {
        if (arguments.Positional.Count == 0)
            throw new TemplateFault("at least one item has to be provided");
        var items = arguments.Positional;
        var position = 0;
        var cycler = new Namespace();
        cycler.Fields["current"] = items[0];
        cycler.Fields["next"] = new Callable("next", (_, _) =>
        {
            var item = items[position];
            position = (position + 1) % items.Count;
            cycler.Fields["current"] = items[position];
            return item;
        });
        cycler.Fields["reset"] = new Callable("reset", (_, _) =>
        {
            position = 0;
            cycler.Fields["current"] = items[0];
            return null;
        });
        return cycler;
    }
}
