namespace SafeSwitch.Tokenization.Patterns;

/// <summary>One step of a compiled pattern. It matches itself and then everything that follows it, or backtracks.</summary>
internal abstract class PatternNode
{
    /// <summary>Where the match ends if it starts at a position, or -1.</summary>
    public abstract int Match(ReadOnlySpan<char> text, int position, ref PatternBudget budget);

    /// <summary>Adds the ASCII characters that a match can start with; false if it can be empty or start with anything.</summary>
    public virtual bool AddFirst(ref AsciiMask first) => false;
}

/// <summary>The end of a pattern, or of a group by itself.</summary>
internal sealed class Accept : PatternNode
{
    public static readonly Accept Instance = new();

    public override int Match(ReadOnlySpan<char> text, int position, ref PatternBudget budget) => position;
}

/// <summary>One code point out of a set.</summary>
internal sealed class OneOf(CodePointSet set, PatternNode next) : PatternNode
{
    public override int Match(ReadOnlySpan<char> text, int position, ref PatternBudget budget) =>
        position < text.Length && set.Contains(CodePointSet.At(text, position, out var width)) ? next.Match(text, position + width, ref budget) : -1;

    public override bool AddFirst(ref AsciiMask first)
    {
        first.Add(set);
        return true;
    }
}

/// <summary>A group that, once matched, is not entered again: atomic groups and possessive repetition.</summary>
internal sealed class Atomic(PatternNode body, PatternNode next) : PatternNode
{
    public override int Match(ReadOnlySpan<char> text, int position, ref PatternBudget budget) =>
        body.Match(text, position, ref budget) is >= 0 and var end ? next.Match(text, end, ref budget) : -1;
}

/// <summary>A condition on the text after or before a position.</summary>
internal sealed class Look(PatternNode body, int behind, bool negative, PatternNode next) : PatternNode
{
    public override int Match(ReadOnlySpan<char> text, int position, ref PatternBudget budget)
    {
        var start = position;
        for (var i = 0; i < behind && start >= 0; i++)
            start = start == 0 ? -1 : start - CodePointSet.WidthBefore(text, start);
        var found = start >= 0 && (behind == 0 ? body.Match(text, start, ref budget) >= 0 : body.Match(text[..position], start, ref budget) == position);
        return found != negative ? next.Match(text, position, ref budget) : -1;
    }
}
