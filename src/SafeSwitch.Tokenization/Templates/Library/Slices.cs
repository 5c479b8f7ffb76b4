using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Library;

/// <summary>Python's slices, over code points where the value is text.</summary>
internal static class Slices
{
    /// <summary>What <c>value[start:stop:step]</c> is; an error for a value that has no slices, or bounds that aren't whole numbers.</summary>
    public static object Take(RenderContext context, object? value, object? start, object? stop, object? step)
    {
        if (value is Undefined undefined)
            throw undefined.Fault();
        if (value is not (TemplateList or IntegerRange or MarkedText))
            throw new TemplateFault($"'{Python.TypeName(value)}' object is not subscriptable");
        if (!IsBound(start) || !IsBound(stop) || !IsBound(step))
            throw new TemplateFault("slice indices must be integers or None");
        return Take(context, value, Bound(start), Bound(stop), Bound(step) ?? 1);
    }

    private static object Take(RenderContext context, object value, long? start, long? stop, long step)
    {
        if (step == 0)
            throw new TemplateFault("slice step cannot be zero");
        switch (value)
        {
            case TemplateList list:
                context.StepThrough(list.Items.Count);
                return new TemplateList([.. Indices(list.Items.Count, start, stop, step).Select(i => list.Items[i])], list.IsTuple);
            case IntegerRange range:
                var (from, to) = Ends(range.Count, start, stop, step);
                return new IntegerRange(range.Bounds.Start + from * range.Bounds.Step, range.Bounds.Start + to * range.Bounds.Step, range.Bounds.Step * step);
            default:
                var text = (MarkedText)value;
                context.Charge(text.Length);
                return text.IsSafe ? Take(text, start, stop, step).AsSafe() : Take(text, start, stop, step);
        }
    }

    private static bool IsBound(object? bound) => bound is null || PythonNumber.IsInteger(bound);

    private static long? Bound(object? bound) => bound is null ? null : Python.ToIndex(bound);

    public static MarkedText? Character(MarkedText text, long index)
    {
        if (!PythonText.HasPairs(text.Value))
            return Members.At(text.Length, index) is { } at ? text.Slice(at, 1) : null;
        var offsets = PythonText.Offsets(text.Value);
        return Members.At(offsets.Length - 1, index) is { } place ? text.Slice(offsets[place], offsets[place + 1] - offsets[place]) : null;
    }

    /// <summary>The text between two code points, as a slice with step 1 has it.</summary>
    public static MarkedText Between(MarkedText text, long? start, long? stop) => Take(text, start, stop, 1);

    private static MarkedText Take(MarkedText text, long? start, long? stop, long step)
    {
        var offsets = PythonText.HasPairs(text.Value) ? PythonText.Offsets(text.Value) : null;
        var count = offsets is null ? text.Length : offsets.Length - 1;
        if (step == 1)
        {
            var from = Clamp(start ?? 0, count, 0, count);
            var to = Math.Max(from, Clamp(stop ?? count, count, 0, count));
            return offsets is null ? text.Slice((int)from, (int)(to - from)) : text.Slice(offsets[from]..offsets[to]);
        }

        var result = new MarkedTextBuilder();
        foreach (var index in Indices(count, start, stop, step))
            result.Append(offsets is null ? text.Slice(index, 1) : text.Slice(offsets[index]..offsets[index + 1]));
        return result.Build();
    }

    private static IEnumerable<int> Indices(int count, long? start, long? stop, long step)
    {
        var (from, to) = Ends(count, start, stop, step);
        for (var i = from; step > 0 ? i < to : i > to; i += step)
            yield return (int)i;
    }

    private static (long From, long To) Ends(int count, long? start, long? stop, long step)
    {
        var (low, high) = step > 0 ? (0, count) : (-1, count - 1);
        return (start is { } s ? Clamp(s, count, low, high) : step > 0 ? low : high,
            stop is { } e ? Clamp(e, count, low, high) : step > 0 ? high : low);
    }

    private static long Clamp(long index, int count, long low, long high) => Math.Clamp(index < 0 ? index + count : index, low, high);
}
