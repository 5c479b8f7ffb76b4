using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Library;

/// <summary>Changes to text that keep every character's mark.</summary>
internal static class TextEdits
{
    public enum Side { Left, Right, Both }

    public static MarkedText Strip(MarkedText text, MarkedText? characters, bool left, bool right)
    {
        int start = 0, end = text.Length;
        var set = characters?.Value;
        while (left && start < end && Stripped(text.Value, start, set, out var width))
            start += width;
        while (right && end > start && StrippedBefore(text.Value, end, set, out var width))
            end -= width;
        return text.Slice(start..Math.Max(start, end));
    }

    public static MarkedText Replace(RenderContext context, MarkedText text, MarkedText old, MarkedText with, long limit = -1)
    {
        if (old.Length == 0)
            return Interleave(context, text, with, limit);
        var result = new MarkedTextBuilder();
        var position = 0;
        while (limit != 0 && text.Value.IndexOf(old.Value, position, StringComparison.Ordinal) is >= 0 and var found)
        {
            result.Append(text.Slice(position..found)).Append(with);
            context.Charge(with.Length + found - position);
            position = found + old.Length;
            limit--;
        }

        return position == 0 && result.Length == 0 ? text.Slice(position..) : result.Append(text.Slice(position..)).Build();
    }

    public static MarkedText Join(RenderContext context, MarkedText separator, IEnumerable<object?> items, bool strict)
    {
        var result = new MarkedTextBuilder();
        var first = true;
        foreach (var item in items)
        {
            if (strict && item is not MarkedText)
                throw new TemplateFault($"sequence item: expected str instance, {Python.TypeName(item)} found");
            if (!first)
                result.Append(separator);
            first = false;
            var text = Python.Str(item);
            result.Append(text);
            context.Charge(text.Length + separator.Length);
            context.Step();
        }

        return result.Build();
    }

    public static MarkedText Pad(RenderContext context, MarkedText text, long width, MarkedText fill, Side side)
    {
        if (PythonText.Length(fill.Value) != 1)
            throw new TemplateFault("The fill character must be exactly one character long");
        var missing = width - PythonText.Length(text.Value);
        if (missing <= 0)
            return text;
        context.Charge(missing);
        // Python gives the odd one to the left where the width is odd.
        var left = side switch { Side.Left => missing, Side.Right => 0, _ => missing / 2 + (missing & width & 1) };
        var result = new MarkedTextBuilder();
        for (var i = 0L; i < left; i++)
            result.Append(fill);
        result.Append(text);
        for (var i = left; i < missing; i++)
            result.Append(fill);
        return result.Build();
    }

    public static MarkedText ExpandTabs(RenderContext context, MarkedText text, long size)
    {
        var result = new MarkedTextBuilder();
        var column = 0L;
        foreach (var character in Python.Characters(text))
        {
            if (character.Value == "\t")
            {
                var spaces = size <= 0 ? 0 : size - column % size;
                context.Charge(spaces);
                result.Append(' ', character.OverallMark, (int)spaces);
                column += spaces;
                continue;
            }

            result.Append(character);
            column = character.Value is "\n" or "\r" ? 0 : column + 1;
        }

        return result.Build();
    }

    private static MarkedText Interleave(RenderContext context, MarkedText text, MarkedText with, long limit)
    {
        var result = new MarkedTextBuilder();
        foreach (var character in Python.Characters(text))
        {
            if (limit-- != 0)
                result.Append(with);
            else
                limit = 0;
            result.Append(character);
            context.Charge(with.Length + 1);
        }

        if (limit != 0)
            result.Append(with);
        return result.Build();
    }

    private static bool Stripped(string text, int at, string? set, out int width)
    {
        width = at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1;
        return set is null ? PythonText.IsSpace(text[at]) : set.AsSpan().IndexOf(text.AsSpan(at, width)) >= 0;
    }

    private static bool StrippedBefore(string text, int end, string? set, out int width)
    {
        width = end >= 2 && char.IsSurrogatePair(text[end - 2], text[end - 1]) ? 2 : 1;
        return set is null ? PythonText.IsSpace(text[end - 1]) : set.AsSpan().IndexOf(text.AsSpan(end - width, width)) >= 0;
    }
}
