using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Library;

/// <summary>Filters over sequences that look at their items as they are.</summary>
internal static class SequenceFilters
{
    public static readonly Dictionary<string, Filters.Filter> All = new()
    {
        ["length"] = (_, value, a) => a.None("length") ? Python.Length(value) : null,
        ["count"] = (_, value, a) => a.None("count") ? Python.Length(value) : null,
        ["list"] = (context, value, a) => a.None("list") ? new TemplateList([.. context.Walk(value)]) : null,
        ["first"] = (_, value, a) => a.None("first") ? Python.Iterate(value).FirstOrDefault(new Undefined("No first item, sequence was empty.")) : null,
        ["last"] = Last,
        ["reverse"] = Reverse,
        ["join"] = Join,
        ["items"] = (_, value, a) => a.None("items") ? new LazySequence(Items(value)) : null,
        ["batch"] = (context, value, a) => a.Bind("batch", "linecount", "fill_with") is var bound ? new LazySequence(Batch(context, value, bound.Need(0), bound.Get(1))) : null,
        ["slice"] = (context, value, a) => a.Bind("slice", "slices", "fill_with") is var bound ? new LazySequence(Slice(context, value, bound.Need(0), bound.Get(1))) : null,
        ["random"] = (_, _, _) => throw new TemplateFault("the filter 'random' is not supported: a prompt must come out the same way twice"),
        ["wordcount"] = (context, value, a) => a.None("wordcount") ? WordCount(context, value) : null,
    };

    private static MarkedText Join(RenderContext context, object? value, CallArguments arguments)
    {
        var bound = arguments.Bind("join", "d", "attribute");
        var items = Python.Iterate(value);
        if (bound.Get(1) is { } attribute)
            items = items.Select(item => ItemPath.Of(attribute).Get(item));
        return TextEdits.Join(context, Python.Str(bound.Get(0, MarkedText.Empty)), items, strict: false);
    }

    private static object? Last(RenderContext context, object? value, CallArguments arguments)
    {
        if (arguments.None("last") && value is LazySequence or Namespace)
            throw new TemplateFault($"'{Python.TypeName(value)}' object is not reversible");
        return Python.Iterate(value).LastOrDefault(new Undefined("No last item, sequence was empty."));
    }

    private static object? Reverse(RenderContext context, object? value, CallArguments arguments)
    {
        arguments.None("reverse");
        if (value is LazySequence)
            return new TemplateList([.. context.Walk(value).Reverse()]);
        if (value is not MarkedText text)
            return new LazySequence([.. context.Walk(value).Reverse()]);
        var reversed = (MarkedText)Slices.Take(context, value, null, null, -1L);
        return text.IsSafe ? reversed.AsSafe() : reversed;
    }

    private static IEnumerable<object?> Items(object? value)
    {
        if (value is Undefined)
            yield break;
        if (value is not TemplateMap map)
            throw new TemplateFault("Can only get item pairs from a mapping.");
        foreach (var (key, item) in map.Pairs)
        {
            yield return TemplateList.Tuple(key, item);
        }
    }

    private static IEnumerable<object?> Batch(RenderContext context, object? value, object? size, object? fill)
    {
        List<object?> batch = [];
        foreach (var item in Python.Iterate(value))
        {
            context.Step();
            // As the reference compares: a size that isn't a positive number is never reached.
            if (Python.AreEqual((long)batch.Count, size))
            {
                yield return new TemplateList(batch);
                batch = [];
            }

            batch.Add(item);
        }

        if (batch.Count == 0)
            yield break;
        if (fill is not null && Python.Compare((long)batch.Count, size) < 0)
        {
            var missing = Python.ToIndex(size) - batch.Count;
            context.StepThrough(missing);
            batch.AddRange(Enumerable.Repeat(fill, (int)missing));
        }

        yield return new TemplateList(batch);
    }

    private static IEnumerable<object?> Slice(RenderContext context, object? value, object? slices, object? fill)
    {
        object?[] items = [.. context.Walk(value)];
        var count = Python.ToIndex(slices);
        if (count == 0)
            throw new TemplateFault("integer division or modulo by zero");
        if (count < 0)
            yield break;
        var (each, longer) = ((int)(items.Length / count), (int)(items.Length % count));
        var position = 0;
        for (var i = 0L; i < count; i++)
        {
            context.Step();
            var length = each + (i < longer ? 1 : 0);
            IEnumerable<object?> part = items[position..(position + length)];
            if (i >= longer && fill is not null)
                part = part.Append(fill);
            yield return new TemplateList([.. part]);
            position += length;
        }
    }

    private static long WordCount(RenderContext context, object? value)
    {
        context.ChargeForAll(value);
        var text = Python.Str(value).Value;
        var count = 0L;
        var inWord = false;
        foreach (var rune in text.EnumerateRunes())
        {
            var word = System.Text.Rune.IsLetterOrDigit(rune) || rune.Value == '_';
            if (word && !inWord)
                count++;
            inWord = word;
        }

        return count;
    }
}
