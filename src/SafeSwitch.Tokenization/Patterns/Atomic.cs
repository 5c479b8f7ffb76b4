namespace SafeSwitch.Tokenization.Patterns;

/// <summary>A group that, once matched, is not entered again: atomic groups and possessive repetition.</summary>
internal sealed class Atomic(PatternNode body, PatternNode next) : PatternNode
{
    public override int Match(ReadOnlySpan<char> text, int position) =>
        body.Match(text, position) is >= 0 and var end ? next.Match(text, end) : -1;
}
