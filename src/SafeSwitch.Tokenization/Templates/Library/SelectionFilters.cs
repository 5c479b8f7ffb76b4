using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Library;

/// <summary>Filters that choose, change, order or group the items of a sequence.</summary>
internal static class SelectionFilters
{
    public static readonly Dictionary<string, Filters.Filter> All = new()
    {
        ["select"] = (context, value, a) => Choose(context, value, a, byAttribute: false, wanted: true),
        ["reject"] = (context, value, a) => Choose(context, value, a, byAttribute: false, wanted: false),
        ["selectattr"] = (context, value, a) => Choose(context, value, a, byAttribute: true, wanted: true),
        ["rejectattr"] = (context, value, a) => Choose(context, value, a, byAttribute: true, wanted: false),
        ["map"] = Map,
        ["sort"] = Sort,
        ["dictsort"] = DictSort,
        ["unique"] = Unique,
        ["groupby"] = GroupBy,
        ["min"] = (context, value, a) => Extreme(value, a.Bind("min", "case_sensitive", "attribute"), sign: 1),
        ["max"] = (context, value, a) => Extreme(value, a.Bind("max", "case_sensitive", "attribute"), sign: -1),
        ["sum"] = Sum,
    };

    private static LazySequence Choose(RenderContext context, object? value, CallArguments arguments, bool byAttribute, bool wanted)
    {
        var path = ItemPath.Of(null);
        if (byAttribute)
        {
            if (arguments.Positional.Count == 0)
                throw new TemplateFault("Missing parameter for attribute name");
            path = ItemPath.Of(arguments.Positional[0]);
            arguments = arguments.Skip(1);
        }

        Func<object?, bool> holds = Python.IsTrue;
        if (arguments.Positional.Count > 0)
        {
            var test = Tests.Find(Python.Str(arguments.Positional[0]).Value);
            var rest = arguments.Skip(1);
            holds = item => test(context, item, rest);
        }

        return new LazySequence(Python.Iterate(value).Where(item =>
        {
            context.Step();
            return holds(path.Get(item)) == wanted;
        }));
    }

    private static LazySequence Map(RenderContext context, object? value, CallArguments arguments)
    {
        if (arguments.Positional.Count == 0)
        {
            var bound = arguments.Bind("map", "attribute", "default");
            var path = ItemPath.Of(bound.Need(0));
            return new LazySequence(Python.Iterate(value).Select(item => Stepped(context, bound.Has(1) ? path.Get(item, bound.Get(1)) : path.Get(item))));
        }

        var filter = Filters.Find(Python.Str(arguments.Positional[0]).Value);
        var rest = arguments.Skip(1);
        return new LazySequence(Python.Iterate(value).Select(item => Stepped(context, filter(context, item, rest))));
    }

    private static object? Stepped(RenderContext context, object? value)
    {
        context.Step();
        return value;
    }

    private static TemplateList Sort(RenderContext context, object? value, CallArguments arguments)
    {
        var bound = arguments.Bind("sort", "reverse", "case_sensitive", "attribute");
        ItemPath[] paths = bound.Get(2) is MarkedText several
            ? [.. several.Value.Split(',').Select(part => ItemPath.Of(MarkedText.Template(part)))]
            : [ItemPath.Of(bound.Get(2))];
        var sensitive = bound.Bool(1);
        object? Key(object? item) => paths.Length == 1
            ? Folded(paths[0].Get(item), sensitive)
            : new TemplateList([.. paths.Select(p => Folded(p.Get(item), sensitive))]);
        return new TemplateList([.. Ordered(context, Python.Iterate(value), Key, bound.Bool(0))]);
    }

    private static TemplateList DictSort(RenderContext context, object? value, CallArguments arguments)
    {
        var bound = arguments.Bind("dictsort", "case_sensitive", "by", "reverse");
        if (value is not TemplateMap map)
            throw new TemplateFault("dictsort expects a dictionary");
        var byValue = bound.Text(1, "key").Value switch
        {
            "key" => false,
            "value" => true,
            _ => throw new TemplateFault("You can only sort by either \"key\" or \"value\""),
        };
        var pairs = map.Pairs.Select(p => (object?)TemplateList.Tuple(p.Key, p.Value));
        return new TemplateList([.. Ordered(context, pairs, pair => Folded(((TemplateList)pair!).Items[byValue ? 1 : 0], bound.Bool(0)), bound.Bool(2))]);
    }

    private static IEnumerable<object?> Ordered(RenderContext context, IEnumerable<object?> items, Func<object?, object?> key, bool reverse)
    {
        var comparer = Comparer<object?>.Create((a, b) =>
        {
            context.Step();
            return Python.Compare(a, b);
        });
        try
        {
            return reverse ? [.. items.OrderByDescending(key, comparer)] : (object?[])[.. items.OrderBy(key, comparer)];
        }
        catch (InvalidOperationException e) when (e.InnerException is TemplateFault fault)
        {
            throw fault;
        }
    }

    private static LazySequence Unique(RenderContext context, object? value, CallArguments arguments)
    {
        var bound = arguments.Bind("unique", "case_sensitive", "attribute");
        var path = ItemPath.Of(bound.Get(1));
        var seen = new TemplateMap();
        return new LazySequence([.. Python.Iterate(value).Where(item =>
        {
            var key = Folded(path.Get(item), bound.Bool(0));
            var isNew = !seen.Contains(key);
            seen.Set(key, true);
            return isNew;
        })]);
    }

    private static TemplateList GroupBy(RenderContext context, object? value, CallArguments arguments)
    {
        var bound = arguments.Bind("groupby", "attribute", "default", "case_sensitive");
        var path = ItemPath.Of(bound.Need(0));
        object? Key(object? item) => bound.Has(1) ? path.Get(item, bound.Get(1)) : path.Get(item);
        List<object?> groups = [];
        List<object?> current = [];
        object? folded = null;
        foreach (var item in Ordered(context, Python.Iterate(value), item => Folded(Key(item), bound.Bool(2)), reverse: false))
        {
            var next = Folded(Key(item), bound.Bool(2));
            if (current.Count == 0 || !Python.AreEqual(folded, next))
            {
                current = [];
                groups.Add(new TemplateList([Key(item), new TemplateList(current)], isTuple: true, ["grouper", "list"]));
            }

            folded = next;
            current.Add(item);
        }

        return new TemplateList(groups);
    }

    private static object? Extreme(object? value, BoundArguments arguments, int sign)
    {
        var path = ItemPath.Of(arguments.Get(1));
        object? best = new Undefined("No aggregated item, sequence was empty.");
        object? bestKey = null;
        var any = false;
        foreach (var item in Python.Iterate(value))
        {
            var key = Folded(path.Get(item), arguments.Bool(0));
            if (!any || Python.Compare(key, bestKey) * sign < 0)
                (best, bestKey) = (item, key);
            any = true;
        }

        return best;
    }

    private static object? Sum(RenderContext context, object? value, CallArguments arguments)
    {
        var bound = arguments.Bind("sum", "attribute", "start");
        var path = ItemPath.Of(bound.Get(0));
        var total = bound.Get(1, 0L);
        foreach (var item in Python.Iterate(value).Select(item => path.Get(item)))
            total = Operators.Apply(context, "+", total, item);
        return total;
    }

    private static object? Folded(object? value, bool caseSensitive) =>
        !caseSensitive && value is MarkedText text ? text.Recase(PythonText.Lower(text.Value)) : value;
}
