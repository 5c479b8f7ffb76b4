namespace SafeSwitch.Tokenization.Patterns;

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
