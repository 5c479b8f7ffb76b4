namespace SafeSwitch.Tokenization.Patterns;

/// <summary>Alternatives, tried in order; those that cannot start with the character at hand are passed over.</summary>
internal sealed class Choice : PatternNode
{
    private readonly PatternNode[] branches;
    private readonly AsciiMask[] first;
    private readonly bool[] canBeEmpty;

    public Choice(PatternNode[] branches)
    {
        this.branches = branches;
        first = new AsciiMask[branches.Length];
        canBeEmpty = new bool[branches.Length];
        for (var i = 0; i < branches.Length; i++)
        {
            if (!branches[i].AddFirst(ref first[i]))
                (first[i], canBeEmpty[i]) = (AsciiMask.All, true);
        }
    }

    public override int Match(ReadOnlySpan<char> text, int position)
    {
        for (var i = 0; i < branches.Length; i++)
        {
            if (position < text.Length ? !first[i].Contains(text[position]) : !canBeEmpty[i])
                continue;
            var end = branches[i].Match(text, position);
            if (end >= 0)
                return end;
        }

        return -1;
    }

    public override bool AddFirst(ref AsciiMask first)
    {
        foreach (var branch in branches)
        {
            if (!branch.AddFirst(ref first))
                return false;
        }

        return true;
    }
}
