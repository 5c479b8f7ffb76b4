namespace SafeSwitch.Tokenization.Bpe;

/// <summary>The tokens of one word. <paramref name="Starts"/> and <paramref name="Ends"/> are UTF-16 positions in it;
/// a token that holds part of a character spans the whole character.</summary>
internal sealed record WordTokens(int[] Ids, int[] Starts, int[] Ends)
{
    public static readonly WordTokens None = new([], [], []);
}
