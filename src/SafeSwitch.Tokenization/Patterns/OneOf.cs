namespace SafeSwitch.Tokenization.Patterns;

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
