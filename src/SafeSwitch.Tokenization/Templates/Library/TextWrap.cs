using System.Text.RegularExpressions;
using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Library;

/// <summary>The filter <c>wordwrap</c>: each line is filled on its own, as Python's <c>textwrap</c> fills it.</summary>
internal static partial class TextWrap
{
    public static object? Apply(RenderContext context, object? value, CallArguments arguments)
    {
        var bound = arguments.Bind("wordwrap", "width", "break_long_words", "wrapstring", "break_on_hyphens");
        var text = TextFilters.TextOf(value, "wordwrap");
        var end = bound.TextOrNone(2) ?? MarkedText.Template("\n");
        var width = bound.Int(0, 79);
        if (width <= 0)
            throw new TemplateFault($"invalid width {width} (must be > 0)");
        var (breakWords, breakHyphens) = (bound.Bool(1, fallback: true), bound.Bool(3, fallback: true));
        List<object?> wrapped = [];
        foreach (var line in TextSplits.Lines(context, text, keepEnds: false).Items)
        {
            wrapped.AddRange(new Filling((MarkedText)line!, width, breakWords, breakHyphens).Lines(context).DefaultIfEmpty(MarkedText.Empty));
        }

        return TextEdits.Join(context, end, wrapped, strict: false);
    }

    /// <summary>Where a line may be broken: at white space, and after hyphens and before dashes within words.</summary>
    [GeneratedRegex("""
        [ \t\n\v\f\r]+
        | (?<=[\w!"'&.,?])-{2,}(?=\w)
        | [^ \t\n\v\f\r]+?(?:
            -(?:(?<=[^\d\W]{2}-)|(?<=[^\d\W]-[\w!"'&.,?]-))(?=[^\d\W]-?[^\d\W])
            | (?=[ \t\n\v\f\r]|\z)
            | (?<=[\w!"'&.,?])(?=-{2,}\w)
          )
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Words();

    [GeneratedRegex("[ \t\n\v\f\r]+|[^ \t\n\v\f\r]+")]
    private static partial Regex Unhyphenated();

    /// <summary>One line that is cut into several. Positions are code points, as its widths are.</summary>
    private sealed class Filling(MarkedText line, long width, bool breakWords, bool breakHyphens)
    {
        private readonly int[] offsets = PythonText.Offsets(line.Value);

        public List<MarkedText> Lines(RenderContext context)
        {
            (int Start, int End)[] chunks = [.. Chunks()];
            List<MarkedText> lines = [];
            for (var next = 0; next < chunks.Length;)
            {
                context.Step();
                if (lines.Count > 0 && IsSpace(chunks[next]) && ++next == chunks.Length)
                    break;
                var (start, end) = (chunks[next].Start, chunks[next].Start);
                var last = start;
                for (; next < chunks.Length && chunks[next].End - start <= width; next++)
                    (last, end) = chunks[next];

                // A word that fits on no line is broken, or has a line of its own.
                if (next < chunks.Length && chunks[next].End - chunks[next].Start > width)
                {
                    if (breakWords)
                    {
                        (last, end) = (end, BreakIn(chunks[next], start));
                        chunks[next].Start = end;
                    }
                    else if (end == start)
                    {
                        (last, end) = chunks[next++];
                    }
                }

                if (IsSpace((last, end)))
                    end = last;
                if (end > start)
                    lines.Add(line.Slice(offsets[start]..offsets[end]));
            }

            return lines;
        }

        private IEnumerable<(int Start, int End)> Chunks()
        {
            var position = 0;
            foreach (Match match in (breakHyphens ? Words() : Unhyphenated()).Matches(line.Value))
            {
                if (match.Index > position)
                    yield return (Point(position), Point(match.Index));
                position = match.Index + match.Length;
                yield return (Point(match.Index), Point(position));
            }

            if (position < line.Length)
                yield return (Point(position), Point(line.Length));
        }

        /// <summary>Where a word that fits on no line is broken: where this line is full, or after the last hyphen before that.</summary>
        private int BreakIn((int Start, int End) chunk, int lineStart)
        {
            var full = (int)Math.Min(chunk.End, lineStart + width);
            if (!breakHyphens || full >= chunk.End)
                return full;
            var fits = line.Value.AsSpan(offsets[chunk.Start]..offsets[full]);
            var hyphen = fits.LastIndexOf('-');
            return hyphen > 0 && fits[..hyphen].ContainsAnyExcept('-') ? Point(offsets[chunk.Start] + hyphen) + 1 : full;
        }

        private bool IsSpace((int Start, int End) chunk) => line.Value.AsSpan(offsets[chunk.Start]..offsets[chunk.End]).IsWhiteSpace();

        private int Point(int offset) => offsets.Length == line.Length + 1 ? offset : Array.BinarySearch(offsets, offset);
    }
}
