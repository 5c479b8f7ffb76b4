using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Library;

/// <summary>Text into parts, every character keeping its mark.</summary>
internal static class TextSplits
{
    public static TemplateList Split(RenderContext context, MarkedText text, BoundArguments arguments, bool fromRight)
    {
        var separator = arguments.TextOrNone(0);
        var limit = arguments.Int(1, -1);
        context.Charge(text.Length);
        if (separator is { Length: 0 })
            throw new TemplateFault("empty separator");
        if (separator is null)
            return SplitAtSpaces(context, text, limit, fromRight);
        var cuts = Occurrences(context, text.Value, separator.Value, fromRight);
        if (limit >= 0 && cuts.Count > limit)
            cuts = fromRight ? cuts[^(int)limit..] : cuts[..(int)limit];
        return new TemplateList(Parts(text, cuts));
    }

    public static TemplateList Lines(RenderContext context, MarkedText text, bool keepEnds)
    {
        context.Charge(text.Length);
        List<object?> lines = [];
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text.Value[i] is not ('\n' or '\r' or '\v' or '\f' or '\x1C' or '\x1D' or '\x1E' or '\x85' or '\u2028' or '\u2029'))
                continue;
            var end = i;
            if (text.Value[i] == '\r' && i + 1 < text.Length && text.Value[i + 1] == '\n')
                i++;
            context.Step();
            lines.Add(text.Slice(start..(keepEnds ? i + 1 : end)));
            start = i + 1;
        }

        if (start < text.Length)
            lines.Add(text.Slice(start..));
        return new TemplateList(lines);
    }

    public static TemplateList Partition(MarkedText text, MarkedText separator, bool fromRight)
    {
        if (separator.Length == 0)
            throw new TemplateFault("empty separator");
        var found = fromRight ? text.Value.LastIndexOf(separator.Value, StringComparison.Ordinal) : text.Value.IndexOf(separator.Value, StringComparison.Ordinal);
        if (found < 0)
            return fromRight ? TemplateList.Tuple(MarkedText.Empty, MarkedText.Empty, text) : TemplateList.Tuple(text, MarkedText.Empty, MarkedText.Empty);
        return TemplateList.Tuple(text.Slice(..found), text.Slice(found, separator.Length), text.Slice((found + separator.Length)..));
    }

    private static List<object?> Parts(MarkedText text, List<(int Start, int End)> cuts)
    {
        List<object?> parts = [];
        var position = 0;
        foreach (var (start, end) in cuts)
        {
            parts.Add(text.Slice(position..start));
            position = end;
        }

        parts.Add(text.Slice(position..));
        return parts;
    }

    private static TemplateList SplitAtSpaces(RenderContext context, MarkedText text, long limit, bool fromRight)
    {
        // Leading and trailing space makes no empty part; past the limit only the outer side is trimmed.
        var whole = TextEdits.Strip(text, null, true, true);
        if (whole.Length == 0)
            return new TemplateList([]);
        var inner = Spaces(context, whole.Value);
        if (limit < 0 || inner.Count < limit)
            return new TemplateList(Parts(whole, inner));
        var rest = TextEdits.Strip(text, null, !fromRight, fromRight);
        inner = Spaces(context, rest.Value);
        if (fromRight)
            inner.RemoveAll(cut => cut.Start == 0);
        else
            inner.RemoveAll(cut => cut.End == rest.Length);
        return new TemplateList(Parts(rest, fromRight ? inner[^(int)limit..] : inner[..(int)limit]));
    }

    private static List<(int Start, int End)> Spaces(RenderContext context, string text)
    {
        List<(int, int)> cuts = [];
        for (var i = 0; i < text.Length; i++)
        {
            if (!PythonText.IsSpace(text[i]))
                continue;
            var start = i;
            while (i + 1 < text.Length && PythonText.IsSpace(text[i + 1]))
                i++;
            context.Step();
            cuts.Add((start, i + 1));
        }

        return cuts;
    }

    private static List<(int Start, int End)> Occurrences(RenderContext context, string text, string sought, bool fromRight)
    {
        List<(int, int)> cuts = [];
        if (!fromRight)
        {
            for (var at = text.IndexOf(sought, StringComparison.Ordinal); at >= 0; at = text.IndexOf(sought, at + sought.Length, StringComparison.Ordinal))
            {
                context.Step();
                cuts.Add((at, at + sought.Length));
            }

            return cuts;
        }

        for (var end = text.Length; text.AsSpan(0, end).LastIndexOf(sought) is >= 0 and var at; end = at)
        {
            context.Step();
            cuts.Add((at, at + sought.Length));
        }

        cuts.Reverse();
        return cuts;
    }
}
