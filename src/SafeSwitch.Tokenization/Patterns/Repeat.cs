using System.Runtime.CompilerServices;

namespace SafeSwitch.Tokenization.Patterns;

/// <summary>A repeated group: one more turn if it makes progress, else what follows (or the other way round when lazy).</summary>
internal sealed class Repeat(bool lazy, PatternNode next) : PatternNode
{
    public PatternNode Body { get; set; } = Accept.Instance;

    public override int Match(ReadOnlySpan<char> text, int position)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (lazy && next.Match(text, position) is >= 0 and var early)
            return early;
        var end = Body.Match(text, position);
        return end > position ? end : lazy ? -1 : next.Match(text, position);
    }
}
