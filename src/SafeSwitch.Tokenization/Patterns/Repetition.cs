using System.Runtime.CompilerServices;

namespace SafeSwitch.Tokenization.Patterns;

/// <summary>A run of code points out of a set. Runs are counted, not recursed into, so a long one costs no stack.</summary>
internal sealed class Run(CodePointSet set, int minimum, int maximum, Greed greed, PatternNode next) : PatternNode
{
    public override int Match(ReadOnlySpan<char> text, int position)
    {
        var count = 0;
        if (greed == Greed.Lazy)
            return MatchLazily(text, position);
        while (count < maximum && position < text.Length && set.Contains(CodePointSet.At(text, position, out var width)))
        {
            position += width;
            count++;
        }

        if (count < minimum)
            return -1;
        if (greed == Greed.Possessive || ReferenceEquals(next, Accept.Instance))
            return next.Match(text, position);
        for (; ; count--)
        {
            var end = next.Match(text, position);
            if (end >= 0 || count == minimum)
                return end;
            position -= CodePointSet.WidthBefore(text, position);
        }
    }

    public override bool AddFirst(ref AsciiMask first)
    {
        first.Add(set);
        return minimum > 0 || next.AddFirst(ref first);
    }

    private int MatchLazily(ReadOnlySpan<char> text, int position)
    {
        for (var count = 0; ; count++)
        {
            if (count >= minimum && next.Match(text, position) is >= 0 and var end)
                return end;
            if (count == maximum || position >= text.Length || !set.Contains(CodePointSet.At(text, position, out var width)))
                return -1;
            position += width;
        }
    }
}

/// <summary>A repeated group: one more turn if it makes progress, else what follows (or the other way round when lazy).</summary>
internal sealed class Repeat(bool lazy, PatternNode next) : PatternNode
{
    public PatternNode Body { get; set; } = Accept.Instance;

    public override int Match(ReadOnlySpan<char> text, int position)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (lazy && next.Match(text, position) is >= 0 and var early)
            return early;
        var end = Body.Match(text, position);
        return end > position ? end : lazy ? -1 : next.Match(text, position);
    }
}
