using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Library;

/// <summary>
/// Filters that choose, change, order or group the items of a sequence. Those that the reference writes as generators do nothing, and so
/// find nothing wrong, before someone walks through what they give; and before that they ask whether there is anything to walk through,
/// so that <c>none</c>, <c>0</c> and the like stand for an empty sequence.
/// </summary>
internal static class SelectionFilters
{
    public static readonly Dictionary<string, Filters.Filter> All = new()
    {
        ["select"] = (context, value, a) => new LazySequence(Choose(context, value, a, byAttribute: false, wanted: true)),
        ["reject"] = (context, value, a) => new LazySequence(Choose(context, value, a, byAttribute: false, wanted: false)),
        ["selectattr"] = (context, value, a) => new LazySequence(Choose(context, value, a, byAttribute: true, wanted: true)),
        ["rejectattr"] = (context, value, a) => new LazySequence(Choose(context, value, a, byAttribute: true, wanted: false)),
        ["map"] = (context, value, a) => new LazySequence(Map(context, value, a)),
        ["sort"] = Sort,
        ["dictsort"] = DictSort,
        ["unique"] = (context, value, a) => a.Bind("unique", "case_sensitive", "attribute") is var bound ? new LazySequence(Unique(context, value, bound)) : null,
        ["groupby"] = GroupBy,
        ["min"] = (context, value, a) => Extreme(context, value, a.Bind("min", "case_sensitive", "attribute"), sign: 1),
        ["max"] = (context, value, a) => Extreme(context, value, a.Bind("max", "case_sensitive", "attribute"), sign: -1),
        ["sum"] = Sum,
    };

    private static IEnumerable<object?> Choose(RenderContext context, object? value, CallArguments arguments, bool byAttribute, bool wanted)
    {
        if (!Python.IsTrue(value))
            yield break;
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
            var (test, rest) = (arguments.Positional[0], arguments.Skip(1));
            holds = item => Tests.Find(test)(context, item, rest);
        }

        foreach (var item in Python.Iterate(value))
        {
            context.Step();
            if (holds(path.Get(item)) == wanted)
                yield return item;
        }
    }

    private static IEnumerable<object?> Map(RenderContext context, object? value, CallArguments arguments)
    {
        if (!Python.IsTrue(value))
            yield break;
        Func<object?, object?> change;
        if (arguments.Positional.Count == 0)
        {
            if (!arguments.Named.Any(pair => pair.Key == "attribute"))
                throw new TemplateFault("map requires a filter argument");
            var bound = arguments.Bind("map", "attribute", "default");
            change = ItemPath.Of(bound.Get(0), bound.Get(1)).Get;
        }
        else
        {
            var (filter, rest) = (arguments.Positional[0], arguments.Skip(1));
            change = item => Filters.Find(filter)(context, item, rest);
        }

        foreach (var item in Python.Iterate(value))
        {
            context.Step();
            yield return change(item);
        }
    }

    private static TemplateList Sort(RenderContext context, object? value, CallArguments arguments)
    {
        var bound = arguments.Bind("sort", "reverse", "case_sensitive", "attribute");
        var paths = ItemPath.Several(bound.Get(2));
        var sensitive = bound.Bool(1);
        // Always lists: their equal elements, among them values that are missing, are passed over before anything is put in order.
        object? Key(object? item) => new TemplateList([.. paths.Select(path => Folded(path.Get(item), sensitive))]);
        return new TemplateList([.. Ordered(context, context.Walk(value), Key, bound.Bool(0))]);
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
        var comparer = Comparer<object?>.Create(context.Compare);
        try
        {
            // The keys first, of a single item too: what is wrong with one is wrong whether or not it is compared.
            (object? Item, object? Key)[] keyed = [.. items.Select(item => (item, key(item)))];
            return [.. (reverse ? keyed.OrderByDescending(pair => pair.Key, comparer) : keyed.OrderBy(pair => pair.Key, comparer)).Select(pair => pair.Item)];
        }
        catch (InvalidOperationException e) when (e.InnerException is TemplateFault fault)
        {
            throw fault;
        }
    }

    private static IEnumerable<object?> Unique(RenderContext context, object? value, BoundArguments arguments)
    {
        var path = ItemPath.Of(arguments.Get(1));
        var seen = new TemplateMap();
        foreach (var item in context.Walk(value))
        {
            var key = Folded(path.Get(item), arguments.Bool(0));
            if (seen.Contains(key))
                continue;
            seen.Set(key, true);
            yield return item;
        }
    }

    private static TemplateList GroupBy(RenderContext context, object? value, CallArguments arguments)
    {
        var bound = arguments.Bind("groupby", "attribute", "default", "case_sensitive");
        var path = ItemPath.Of(bound.Need(0), bound.Get(1));
        List<object?> groups = [];
        List<object?> current = [];
        object? folded = null;
        foreach (var item in Ordered(context, context.Walk(value), item => Folded(path.Get(item), bound.Bool(2)), reverse: false))
        {
            var next = Folded(path.Get(item), bound.Bool(2));
            context.ChargeForAll(next);
            if (current.Count == 0 || !Python.AreEqual(folded, next))
            {
                current = [];
                groups.Add(new TemplateList([path.Get(item), new TemplateList(current)], isTuple: true, ["grouper", "list"]));
            }

            folded = next;
            current.Add(item);
        }

        return new TemplateList(groups);
    }

    private static object? Extreme(RenderContext context, object? value, BoundArguments arguments, int sign)
    {
        var path = ItemPath.Of(arguments.Get(1));
        object? best = new Undefined("No aggregated item, sequence was empty.");
        object? bestKey = null;
        var any = false;
        foreach (var item in Python.Iterate(value))
        {
            context.Step();
            var key = Folded(path.Get(item), arguments.Bool(0));
            if (!any || context.Compare(key, bestKey) * sign < 0)
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
        if (total is MarkedText)
            throw new TemplateFault("sum() can't sum strings");
        foreach (var item in Python.Iterate(value).Select(path.Get))
        {
            context.Step();
            total = Operators.Apply(context, "+", total, item);
        }

        return total;
    }

    private static object? Folded(object? value, bool caseSensitive) =>
        !caseSensitive && value is MarkedText text ? text.Recase(PythonText.Lower(text.Value)) : value;
}
