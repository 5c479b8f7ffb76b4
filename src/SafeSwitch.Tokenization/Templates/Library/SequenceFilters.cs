using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Library;

/// <summary>Filters over sequences that look at their items as they are.</summary>
internal static class SequenceFilters
{
    public static readonly Dictionary<string, Filters.Filter> All = new()
    {
        ["length"] = (_, value, _) => Python.Length(value),
        ["count"] = (_, value, _) => Python.Length(value),
        ["list"] = (_, value, _) => new TemplateList([.. Python.Iterate(value)]),
        ["first"] = (_, value, _) => Python.Iterate(value).FirstOrDefault(new Undefined("No first item, sequence was empty.")),
        ["last"] = (_, value, _) => Python.Iterate(value).LastOrDefault(new Undefined("No last item, sequence was empty.")),
        ["reverse"] = (context, value, _) => value is MarkedText ? Slices.Take(context, value, null, null, -1) : new LazySequence([.. Python.Iterate(value).Reverse()]),
        ["join"] = Join,
        ["items"] = (_, value, _) => value switch
        {
            Undefined => new LazySequence([]),
            TemplateMap map => new LazySequence([.. map.Pairs.Select(p => TemplateList.Tuple(p.Key, p.Value))]),
            _ => throw new TemplateFault("Can only get item pairs from a mapping."),
        },
        ["batch"] = Batch,
        ["slice"] = Slice,
        ["random"] = (_, _, _) => throw new TemplateFault("the filter 'random' is not supported: a prompt must come out the same way twice"),
        ["wordcount"] = (_, value, _) => WordCount(Python.Str(value).Value),
    };

    private static MarkedText Join(RenderContext context, object? value, CallArguments arguments)
    {
        var bound = arguments.Bind("join", "d", "attribute");
        var items = Python.Iterate(value);
        if (bound.Get(1) is { } attribute)
            items = items.Select(item => ItemPath.Of(attribute).Get(item));
        return TextEdits.Join(context, Python.Str(bound.Get(0, MarkedText.Empty)), items, strict: false);
    }

    private static LazySequence Batch(RenderContext context, object? value, CallArguments arguments)
    {
        var bound = arguments.Bind("batch", "linecount", "fill_with");
        var size = (int)Math.Clamp(bound.Int(0), 1, int.MaxValue);
        List<object?> batches = [];
        foreach (var chunk in Python.Iterate(value).Chunk(size))
        {
            IEnumerable<object?> items = chunk;
            if (chunk.Length < size && bound.Get(1) is { } fill)
            {
                context.Charge(size);
                items = items.Concat(Enumerable.Repeat<object?>(fill, size - chunk.Length));
            }

            batches.Add(new TemplateList([.. items]));
        }

        return new LazySequence(batches);
    }

    private static LazySequence Slice(RenderContext context, object? value, CallArguments arguments)
    {
        var bound = arguments.Bind("slice", "slices", "fill_with");
        object?[] items = [.. Python.Iterate(value)];
        var slices = (int)Math.Clamp(bound.Int(0), 1, 1_000_000);
        context.Charge(slices);
        var (each, longer) = (items.Length / slices, items.Length % slices);
        List<object?> result = [];
        var position = 0;
        for (var i = 0; i < slices; i++)
        {
            var count = each + (i < longer ? 1 : 0);
            IEnumerable<object?> part = items[position..(position + count)];
            if (i >= longer && bound.Get(1) is { } fill)
                part = part.Append(fill);
            result.Add(new TemplateList([.. part]));
            position += count;
        }

        return new LazySequence(result);
    }

    private static long WordCount(string text)
    {
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
