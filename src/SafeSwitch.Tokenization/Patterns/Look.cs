namespace SafeSwitch.Tokenization.Patterns;

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
