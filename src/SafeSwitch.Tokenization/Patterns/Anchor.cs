namespace SafeSwitch.Tokenization.Patterns;

internal enum AnchorKind { LineStart, LineEnd, TextStart, TextEnd, TextEndOrLastLine, WordBoundary, NotWordBoundary }

/// <summary>A condition on the place itself, such as the start of the text.</summary>
internal sealed class Anchor(AnchorKind kind, PatternNode next) : PatternNode
{
    public override int Match(ReadOnlySpan<char> text, int position, ref PatternBudget budget) => Holds(text, position) ? next.Match(text, position, ref budget) : -1;

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
