using System.Runtime.CompilerServices;

namespace SafeSwitch.Tokenization.Patterns;

/// <summary>A run of code points out of a set. Runs are counted, not recursed into, so a long one costs no stack.</summary>
internal sealed class Run(CodePointSet set, int minimum, int maximum, Greed greed, PatternNode next) : PatternNode
{
    public override int Match(ReadOnlySpan<char> text, int position, ref PatternBudget budget)
    {
        var count = 0;
        if (greed == Greed.Lazy)
            return MatchLazily(text, position, ref budget);
        while (count < maximum && position < text.Length && set.Contains(CodePointSet.At(text, position, out var width)))
        {
            position += width;
            count++;
        }

        budget.Spend(count);
        if (count < minimum)
            return -1;
        if (greed == Greed.Possessive || ReferenceEquals(next, Accept.Instance))
            return next.Match(text, position, ref budget);
        for (; ; count--)
        {
            var end = next.Match(text, position, ref budget);
            if (end >= 0 || count == minimum)
                return end;
            budget.Spend(1);
            position -= CodePointSet.WidthBefore(text, position);
        }
    }

    public override bool AddFirst(ref AsciiMask first)
    {
        first.Add(set);
        return minimum > 0 || next.AddFirst(ref first);
    }

    private int MatchLazily(ReadOnlySpan<char> text, int position, ref PatternBudget budget)
    {
        for (var count = 0; ; count++)
        {
            if (count >= minimum && next.Match(text, position, ref budget) is >= 0 and var end)
                return end;
            if (count == maximum || position >= text.Length || !set.Contains(CodePointSet.At(text, position, out var width)))
                return -1;
            budget.Spend(1);
            position += width;
        }
    }
}

/// <summary>
/// A repeated group: one more turn, else what follows (or the other way round when lazy). A turn that matches nothing ends the loop, so
/// that <c>(a*)*</c> does.
/// </summary>
internal sealed class Repeat(int loop, bool lazy, PatternNode next) : PatternNode
{
    public PatternNode Body { get; set; } = Accept.Instance;

    public override int Match(ReadOnlySpan<char> text, int position, ref PatternBudget budget)
    {
        budget.Spend(1);
        RuntimeHelpers.EnsureSufficientExecutionStack();
        ref var start = ref budget.TurnStart(loop);
        if (start == position)
            return next.Match(text, position, ref budget);
        if (lazy && next.Match(text, position, ref budget) is >= 0 and var early)
            return early;
        var outer = start;
        start = position;
        var end = Body.Match(text, position, ref budget);
        start = outer;
        return end >= 0 || lazy ? end : next.Match(text, position, ref budget);
    }
}
