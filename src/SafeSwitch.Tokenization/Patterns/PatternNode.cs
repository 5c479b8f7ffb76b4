namespace SafeSwitch.Tokenization.Patterns;

/// <summary>One step of a compiled pattern. It matches itself and then everything that follows it, or backtracks.</summary>
internal abstract class PatternNode
{
    /// <summary>Where the match ends if it starts at a position, or -1.</summary>
    public abstract int Match(ReadOnlySpan<char> text, int position);

    /// <summary>Adds the ASCII characters that a match can start with; false if it can be empty or start with anything.</summary>
    public virtual bool AddFirst(ref AsciiMask first) => false;
}
