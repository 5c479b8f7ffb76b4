namespace SafeSwitch.Tokenization.Patterns;

internal enum Greed { Greedy, Lazy, Possessive }

/// <summary>A pattern as written, before it is linked into <see cref="PatternNode"/>s.</summary>
internal abstract record PatternSyntax
{
    /// <summary>How many code points it matches, if that is always the same number; else -1.</summary>
    public virtual int FixedLength => -1;

    /// <summary>How many nodes it makes, its repetitions written out; no larger than <see cref="int.MaxValue"/>.</summary>
    public virtual long Size => 1;

    public sealed record Set(CodePointSet Points) : PatternSyntax
    {
        public override int FixedLength => 1;
    }

    public sealed record Sequence(IReadOnlyList<PatternSyntax> Items) : PatternSyntax
    {
        public override int FixedLength => Items.Any(i => i.FixedLength < 0) ? -1 : Items.Sum(i => i.FixedLength);

        public override long Size => Capped(Items.Sum(i => i.Size));
    }

    public sealed record Either(IReadOnlyList<PatternSyntax> Branches) : PatternSyntax
    {
        public override int FixedLength => Branches.Select(b => b.FixedLength).Distinct().Count() == 1 ? Branches[0].FixedLength : -1;

        public override long Size => Capped(1 + Branches.Sum(b => b.Size));
    }

    public sealed record Loop(PatternSyntax Body, int Minimum, int Maximum, Greed Greed) : PatternSyntax
    {
        public override int FixedLength => Minimum == Maximum && Body.FixedLength >= 0 ? Minimum * Body.FixedLength : -1;

        public override long Size => Body is Set ? 1 : Capped((Body.Size + 1) * Math.Max(1, Maximum == int.MaxValue ? Minimum + 1 : Maximum));
    }

    public sealed record AtomicGroup(PatternSyntax Body) : PatternSyntax
    {
        public override int FixedLength => Body.FixedLength;

        public override long Size => Capped(1 + Body.Size);
    }

    public sealed record LookAround(PatternSyntax Body, bool Behind, bool Negative) : PatternSyntax
    {
        public override int FixedLength => 0;

        public override long Size => Capped(1 + Body.Size);
    }

    public sealed record Place(AnchorKind Kind) : PatternSyntax
    {
        public override int FixedLength => 0;
    }

    /// <summary>Links this and what follows into a matcher.</summary>
    public PatternNode Link(PatternNode next, LoopCounter loops) => this switch
    {
        Set set => new OneOf(set.Points, next),
        Sequence sequence => sequence.Items.Reverse().Aggregate(next, (node, item) => item.Link(node, loops)),
        Either either => new Choice([.. either.Branches.Select(b => b.Link(next, loops))]),
        Loop loop => LinkLoop(loop, next, loops),
        AtomicGroup atomic => new Atomic(atomic.Body.Link(Accept.Instance, loops), next),
        LookAround { Behind: true } look => LinkBehind(look, next, loops),
        LookAround look => new Look(look.Body.Link(Accept.Instance, loops), 0, look.Negative, next),
        Place place => new Anchor(place.Kind, next),
        _ => throw new NotSupportedException(),
    };

    private static long Capped(long size) => Math.Min(size, int.MaxValue);

    private static Look LinkBehind(LookAround look, PatternNode next, LoopCounter loops) => look.Body.FixedLength is > 0 and var length
        ? new Look(look.Body.Link(Accept.Instance, loops), length, look.Negative, next)
        : throw new FormatException("a lookbehind of varying length is not supported");

    private static PatternNode LinkLoop(Loop loop, PatternNode next, LoopCounter loops)
    {
        if (loop.Body is Set set)
            return new Run(set.Points, loop.Minimum, loop.Maximum, loop.Greed, next);
        if (loop.Greed == Greed.Possessive)
            return new Atomic((loop with { Greed = Greed.Greedy }).Link(Accept.Instance, loops), next);
        var lazy = loop.Greed == Greed.Lazy;
        var node = next;
        if (loop.Maximum == int.MaxValue)
        {
            var repeat = new Repeat(loops.Next(), lazy, next);
            repeat.Body = loop.Body.Link(repeat, loops);
            node = repeat;
        }
        else
        {
            for (var i = loop.Minimum; i < loop.Maximum; i++)
                node = lazy ? new Choice([next, loop.Body.Link(node, loops)]) : new Choice([loop.Body.Link(node, loops), next]);
        }

        for (var i = 0; i < loop.Minimum; i++)
            node = loop.Body.Link(node, loops);
        return node;
    }
}

/// <summary>Gives each repeated group of a pattern a number.</summary>
internal sealed class LoopCounter
{
    public int Count { get; private set; }

    public int Next() => Count++;
}
