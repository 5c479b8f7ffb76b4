using SafeSwitch.Tokenization.Json;
using SafeSwitch.Tokenization.Patterns;

namespace SafeSwitch.Tokenization.Pipeline;

/// <summary>What <c>{"String": …}</c> or <c>{"Regex": …}</c> finds in a text.</summary>
internal sealed class TextPattern
{
    private readonly string? literal;
    private readonly Pattern? pattern;

    private TextPattern(string? literal, Pattern? pattern)
    {
        this.literal = literal;
        this.pattern = pattern;
    }

    public static TextPattern Literal(string text) => new(text, null);

    public static TextPattern Regex(string expression) => new(null, Pattern.Parse(expression));

    public static TextPattern Read(JsonCursor pattern)
    {
        var literal = pattern.Optional("String");
        if (!literal.IsNull)
            return Literal(literal.String());
        var regex = pattern.Optional("Regex");
        if (regex.IsNull)
            throw pattern.Expected("an object with \"String\" or \"Regex\"");
        try
        {
            return Regex(regex.String());
        }
        catch (FormatException e)
        {
            throw regex.Error($"holds a regular expression that is not supported: {e.Message}");
        }
    }

    /// <summary>The first match at or after a position that is not empty.</summary>
    public bool Find(ReadOnlySpan<char> text, int from, out int start, out int end)
    {
        if (literal is not null)
        {
            var found = literal.Length == 0 ? -1 : text[from..].IndexOf(literal);
            (start, end) = (from + found, from + found + literal.Length);
            return found >= 0;
        }

        while (pattern!.Find(text, from, out start, out end))
        {
            if (end > start)
                return true;
            from = start + 1;
            if (from > text.Length)
                return false;
        }

        return false;
    }

    /// <summary>Cuts a text into matched and unmatched stretches that together cover it.</summary>
    public List<(int Start, int End, bool Matched)> Stretches(ReadOnlySpan<char> text, bool invert)
    {
        List<(int, int, bool)> stretches = [];
        var position = 0;
        while (position < text.Length && Find(text, position, out var start, out var end))
        {
            if (start > position)
                stretches.Add((position, start, invert));
            stretches.Add((start, end, !invert));
            position = end;
        }

        if (position < text.Length)
            stretches.Add((position, text.Length, invert));
        return stretches;
    }
}
