namespace SafeSwitch.Tokenization.Bpe;

/// <summary>
/// The most recent words that came more than once, and their tokens. Fixed size, one entry a slot, replaced on collision; entries are immutable
/// objects written by reference, so any number of threads read and write without a lock. A word is kept the second time it comes, so that text
/// without words, such as base64, costs no memory and drives nothing out.
/// </summary>
internal sealed class WordCache
{
    private const int LongestWord = 48;
    private const int Slots = 1 << 14;

    private readonly Entry?[] entries = new Entry?[Slots];
    private readonly int[] lastMissed = new int[Slots];

    public static bool Accepts(ReadOnlySpan<char> word) => word.Length <= LongestWord;

    public WordTokens? Find(ReadOnlySpan<char> word, out int hash)
    {
        hash = string.GetHashCode(word);
        var entry = Volatile.Read(ref entries[hash & (Slots - 1)]);
        return entry is not null && word.SequenceEqual(entry.Word) ? entry.Tokens : null;
    }

    /// <summary>Tells of a word that was not found.</summary>
    /// <param name="hash">What <see cref="Find"/> gave for it.</param>
    /// <param name="word">The word.</param>
    /// <param name="tokens">Its tokens.</param>
    public void Offer(int hash, ReadOnlySpan<char> word, WordTokens tokens)
    {
        var slot = hash & (Slots - 1);
        if (lastMissed[slot] == hash)
            Volatile.Write(ref entries[slot], new Entry(word.ToString(), tokens));
        else
            lastMissed[slot] = hash;
    }

    private sealed record Entry(string Word, WordTokens Tokens);
}
