using System.Runtime.CompilerServices;

namespace SafeSwitch.Tokenization.Patterns;

/// <summary>The end of a pattern, or of a group that stands alone.</summary>
internal sealed class Accept : PatternNode
{
    public static readonly Accept Instance = new();

    public override int Match(ReadOnlySpan<char> text, int position) => position;
}

/// <summary>One code point out of a set.</summary>
internal sealed class OneOf(CodePointSet set, PatternNode next) : PatternNode
{
    public override int Match(ReadOnlySpan<char> text, int position) =>
        position < text.Length && set.Contains(CodePointSet.At(text, position, out var width)) ? next.Match(text, position + width) : -1;

    public override bool AddFirst(ref AsciiMask first)
    {
        first.Add(set);
        return true;
    }
}

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

/// <summary>Alternatives, tried in order; those that cannot start with the character at hand are passed over.</summary>
internal sealed class Choice : PatternNode
{
    private readonly PatternNode[] _branches;
    private readonly AsciiMask[] _first;
    private readonly bool[] _canBeEmpty;

    public Choice(PatternNode[] branches)
    {
        _branches = branches;
        _first = new AsciiMask[branches.Length];
        _canBeEmpty = new bool[branches.Length];
        for (var i = 0; i < branches.Length; i++)
            if (!branches[i].AddFirst(ref _first[i]))
                (_first[i], _canBeEmpty[i]) = (AsciiMask.All, true);
    }

    public override int Match(ReadOnlySpan<char> text, int position)
    {
        for (var i = 0; i < _branches.Length; i++)
        {
            if (position < text.Length ? !_first[i].Contains(text[position]) : !_canBeEmpty[i])
                continue;
            var end = _branches[i].Match(text, position);
            if (end >= 0)
                return end;
        }
        return -1;
    }

    public override bool AddFirst(ref AsciiMask first)
    {
        foreach (var branch in _branches)
            if (!branch.AddFirst(ref first))
                return false;
        return true;
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

/// <summary>A group that, once matched, is not entered again: atomic groups and possessive repetition.</summary>
internal sealed class Atomic(PatternNode body, PatternNode next) : PatternNode
{
    public override int Match(ReadOnlySpan<char> text, int position) =>
        body.Match(text, position) is >= 0 and var end ? next.Match(text, end) : -1;
}

/// <summary>A condition on the text after or before a position.</summary>
internal sealed class Look(PatternNode body, int behind, bool negative, PatternNode next) : PatternNode
{
    public override int Match(ReadOnlySpan<char> text, int position)
    {
        var start = position;
        for (var i = 0; i < behind && start >= 0; i++)
            start = start == 0 ? -1 : start - CodePointSet.WidthBefore(text, start);
        var found = start >= 0 && (behind == 0 ? body.Match(text, start) >= 0 : body.Match(text[..position], start) == position);
        return found != negative ? next.Match(text, position) : -1;
    }
}

/// <summary>A condition on the place itself, such as the start of the text.</summary>
internal sealed class Anchor(AnchorKind kind, PatternNode next) : PatternNode
{
    public override int Match(ReadOnlySpan<char> text, int position) => Holds(text, position) ? next.Match(text, position) : -1;

    private bool Holds(ReadOnlySpan<char> text, int position) => kind switch
    {
        AnchorKind.LineStart => position == 0 || text[position - 1] == '\n',
        AnchorKind.LineEnd => position == text.Length || text[position] == '\n',
        AnchorKind.TextStart => position == 0,
        AnchorKind.TextEnd => position == text.Length,
        AnchorKind.TextEndOrLastLine => position == text.Length || (position == text.Length - 1 && text[position] == '\n'),
        AnchorKind.WordBoundary => WordBefore(text, position) != WordAt(text, position),
        _ => WordBefore(text, position) == WordAt(text, position),
    };

    private static bool WordAt(ReadOnlySpan<char> text, int position) =>
        position < text.Length && CodePointSet.IsWord(CodePointSet.At(text, position, out _));

    private static bool WordBefore(ReadOnlySpan<char> text, int position) =>
        position > 0 && CodePointSet.IsWord(CodePointSet.At(text, position - CodePointSet.WidthBefore(text, position), out _));
}

internal enum AnchorKind { LineStart, LineEnd, TextStart, TextEnd, TextEndOrLastLine, WordBoundary, NotWordBoundary }

internal enum Greed { Greedy, Lazy, Possessive }
