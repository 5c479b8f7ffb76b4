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

    /// <summary>The matches in a text, from left to right, but for empty ones.</summary>
    /// <exception cref="TokenizerPatternException">Thrown while they are walked through: the pattern backtracks without end.</exception>
    public MatchEnumerator Matches(ReadOnlySpan<char> text) => new(this, text);

    /// <summary>Cuts a text into matched and unmatched stretches that together cover it.</summary>
    public List<(int Start, int End, bool Matched)> Stretches(ReadOnlySpan<char> text, bool invert)
    {
        List<(int, int, bool)> stretches = [];
        var position = 0;
        foreach (var (start, end) in Matches(text))
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

    /// <summary>Walks through the matches in one text; all of them share one budget of steps.</summary>
    internal ref struct MatchEnumerator
    {
        private readonly TextPattern owner;
        private readonly ReadOnlySpan<char> text;
        private PatternBudget budget;
        private int position;

        public MatchEnumerator(TextPattern owner, ReadOnlySpan<char> text)
        {
            this.owner = owner;
            this.text = text;
            budget = owner.pattern is null ? default : owner.pattern.Budget(text.Length);
        }

        public (int Start, int End) Current { get; private set; }

        public readonly MatchEnumerator GetEnumerator() => this;

        public bool MoveNext()
        {
            while (position < text.Length && Find(out var start, out var end))
            {
                // What is empty matches nothing; the search goes on behind it.
                position = end > start ? end : start + 1;
                if (end <= start)
                    continue;
                Current = (start, end);
                return true;
            }

            return false;
        }

        private bool Find(out int start, out int end)
        {
            if (owner.literal is not { } literal)
                return owner.pattern!.Find(text, position, ref budget, out start, out end);
            var found = literal.Length == 0 ? -1 : text[position..].IndexOf(literal);
            (start, end) = (position + found, position + found + literal.Length);
            return found >= 0;
        }
    }
}
