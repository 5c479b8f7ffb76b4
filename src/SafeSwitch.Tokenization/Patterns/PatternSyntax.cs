namespace SafeSwitch.Tokenization.Patterns;

internal enum Greed { Greedy, Lazy, Possessive }

/// <summary>A pattern as written, before it is linked into <see cref="PatternNode"/>s.</summary>
internal abstract record PatternSyntax
{
    /// <summary>How many code points it matches, if that is always the same number; else -1.</summary>
    public virtual int FixedLength => -1;

    public sealed record Set(CodePointSet Points) : PatternSyntax
    {
        public override int FixedLength => 1;
    }

    public sealed record Sequence(IReadOnlyList<PatternSyntax> Items) : PatternSyntax
    {
        public override int FixedLength => Items.Any(i => i.FixedLength < 0) ? -1 : Items.Sum(i => i.FixedLength);
    }

    public sealed record Either(IReadOnlyList<PatternSyntax> Branches) : PatternSyntax
    {
        public override int FixedLength => Branches.Select(b => b.FixedLength).Distinct().Count() == 1 ? Branches[0].FixedLength : -1;
    }

    public sealed record Loop(PatternSyntax Body, int Minimum, int Maximum, Greed Greed) : PatternSyntax
    {
        public override int FixedLength => Minimum == Maximum && Body.FixedLength >= 0 ? Minimum * Body.FixedLength : -1;
    }

    public sealed record AtomicGroup(PatternSyntax Body) : PatternSyntax
    {
        public override int FixedLength => Body.FixedLength;
    }

    public sealed record LookAround(PatternSyntax Body, bool Behind, bool Negative) : PatternSyntax
    {
        public override int FixedLength => 0;
    }

    public sealed record Place(AnchorKind Kind) : PatternSyntax
    {
        public override int FixedLength => 0;
    }

    /// <summary>Links this and what follows into a matcher.</summary>
    public PatternNode Link(PatternNode next) => this switch
    {
        Set set => new OneOf(set.Points, next),
        Sequence sequence => sequence.Items.Reverse().Aggregate(next, (node, item) => item.Link(node)),
        Either either => new Choice([.. either.Branches.Select(b => b.Link(next))]),
        Loop loop => LinkLoop(loop, next),
        AtomicGroup atomic => new Atomic(atomic.Body.Link(Accept.Instance), next),
        LookAround { Behind: true } look => LinkBehind(look, next),
        LookAround look => new Look(look.Body.Link(Accept.Instance), 0, look.Negative, next),
        Place place => new Anchor(place.Kind, next),
        _ => throw new NotSupportedException(),
    };

    private static Look LinkBehind(LookAround look, PatternNode next) => look.Body.FixedLength is > 0 and var length
        ? new Look(look.Body.Link(Accept.Instance), length, look.Negative, next)
        : throw new FormatException("a lookbehind of varying length is not supported");

    private static PatternNode LinkLoop(Loop loop, PatternNode next)
    {
        if (loop.Body is Set set)
            return new Run(set.Points, loop.Minimum, loop.Maximum, loop.Greed, next);
        if (loop.Greed == Greed.Possessive)
            return new Atomic((loop with { Greed = Greed.Greedy }).Link(Accept.Instance), next);
        var lazy = loop.Greed == Greed.Lazy;
        var node = next;
        if (loop.Maximum == int.MaxValue)
        {
            var repeat = new Repeat(lazy, next);
            repeat.Body = loop.Body.Link(repeat);
            node = repeat;
        }
        else
        {
            for (var i = loop.Minimum; i < loop.Maximum; i++)
                node = lazy ? new Choice([next, loop.Body.Link(node)]) : new Choice([loop.Body.Link(node), next]);
        }

        for (var i = 0; i < loop.Minimum; i++)
            node = loop.Body.Link(node);
        return node;
    }
}
