using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Library;

/// <summary>The filter <c>wordwrap</c>: each line is filled on its own, long words are broken if asked.</summary>
internal static class TextWrap
{
    public static object? Apply(RenderContext context, object? value, CallArguments arguments)
    {
        var bound = arguments.Bind("wordwrap", "width", "break_long_words", "wrapstring", "break_on_hyphens");
        var width = (int)Math.Clamp(bound.Int(0, 79), 1, int.MaxValue);
        var breakWords = bound.Bool(1, fallback: true);
        var end = bound.TextOrNone(2) ?? MarkedText.Template("\n");
        var text = Python.Str(value);
        var lines = TextSplits.Lines(context, text, keepEnds: false).Items.Cast<MarkedText>();
        List<object?> wrapped = [];
        foreach (var line in lines)
            wrapped.AddRange(Fill(line, width, breakWords, bound.Bool(3, fallback: true)).DefaultIfEmpty(MarkedText.Empty));
        return TextEdits.Join(context, end, wrapped, strict: false);
    }

    private static IEnumerable<MarkedText> Fill(MarkedText line, int width, bool breakWords, bool breakHyphens)
    {
        var (start, end) = (0, 0);
        foreach (var (from, to) in Chunks(line.Value, breakHyphens))
        {
            if (to - start <= width)
            {
                end = to;
                continue;
            }

            var (chunk, stop) = (from, to);
            if (end > start && Trimmed(line, start, end) is { Length: > 0 } full)
                yield return full;
            if (char.IsWhiteSpace(line.Value[chunk]))
            {
                (start, end) = (stop, stop);
                continue;
            }

            start = chunk;
            while (breakWords && stop - start > width)
            {
                yield return line.Slice(start, width);
                start += width;
            }

            end = stop;
        }

        if (end > start && Trimmed(line, start, end) is { Length: > 0 } last)
            yield return last;
    }

    private static MarkedText Trimmed(MarkedText line, int start, int end) => TextEdits.Strip(line.Slice(start..end), null, left: false, right: true);

    private static IEnumerable<(int From, int To)> Chunks(string text, bool breakHyphens)
    {
        for (var i = 0; i < text.Length;)
        {
            var start = i;
            var space = char.IsWhiteSpace(text[i]);
            while (i < text.Length && char.IsWhiteSpace(text[i]) == space)
            {
                i++;
                if (breakHyphens && !space && i < text.Length && text[i - 1] == '-' && i - 1 > start && char.IsLetter(text[i - 2]) && char.IsLetter(text[i]))
                    break;
            }

            yield return (start, i);
        }
    }
}
