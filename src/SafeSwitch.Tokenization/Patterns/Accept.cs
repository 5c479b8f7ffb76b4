namespace SafeSwitch.Tokenization.Patterns;

/// <summary>The end of a pattern, or of a group that stands alone.</summary>
internal sealed class Accept : PatternNode
{
    public static readonly Accept Instance = new();

    public override int Match(ReadOnlySpan<char> text, int position) => position;
}
