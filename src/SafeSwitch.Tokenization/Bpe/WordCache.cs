namespace SafeSwitch.Tokenization.Bpe;

/// <summary>
/// The most recent words and their tokens. Fixed size, one entry a slot, replaced on collision; entries are immutable
/// objects written by reference, so any number of threads read and write without a lock.
/// </summary>
internal sealed class WordCache
{
    private const int LongestWord = 48;
    private const int Slots = 1 << 14;

    private readonly Entry?[] entries = new Entry?[Slots];

    public static bool Accepts(ReadOnlySpan<char> word) => word.Length <= LongestWord;

    public WordTokens? Find(ReadOnlySpan<char> word, out int slot)
    {
        slot = string.GetHashCode(word) & (Slots - 1);
        var entry = Volatile.Read(ref entries[slot]);
        return entry is not null && word.SequenceEqual(entry.Word) ? entry.Tokens : null;
    }

    public void Store(int slot, ReadOnlySpan<char> word, WordTokens tokens) => Volatile.Write(ref entries[slot], new Entry(word.ToString(), tokens));

    private sealed record Entry(string Word, WordTokens Tokens);
}
