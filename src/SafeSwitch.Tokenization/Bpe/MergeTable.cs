namespace SafeSwitch.Tokenization.Bpe;

/// <summary>What two neighbouring pieces merge into, and how early. Open addressing over the pair of ids: one probe, no boxing.</summary>
internal sealed class MergeTable
{
    private const ulong Empty = ulong.MaxValue;

    private readonly ulong[] pairs;
    private readonly (int Rank, int Id)[] merges;
    private readonly int mask;

    public MergeTable(IReadOnlyCollection<(int Left, int Right, int Id)> merges)
    {
        var capacity = 16;
        while (capacity < merges.Count * 2)
            capacity *= 2;
        mask = capacity - 1;
        pairs = new ulong[capacity];
        this.merges = new (int, int)[capacity];
        Array.Fill(pairs, Empty);
        var rank = 0;
        foreach (var (left, right, id) in merges)
        {
            var slot = Slot(Key(left, right));
            pairs[slot] = Key(left, right);
            this.merges[slot] = (rank++, id);
        }
    }

    /// <summary>The rank of the merge of two pieces (the lower the earlier), or int.MaxValue if they do not merge.</summary>
    public int Find(int left, int right, out int id)
    {
        var key = Key(left, right);
        var slot = Slot(key);
        if (pairs[slot] == Empty)
        {
            id = -1;
            return int.MaxValue;
        }

        (var rank, id) = merges[slot];
        return rank;
    }

    private static ulong Key(int left, int right) => (ulong)(uint)left << 32 | (uint)right;

    private int Slot(ulong key)
    {
        var hash = key * 0x9E3779B97F4A7C15;
        var slot = (int)(hash >> 40) & mask;
        while (pairs[slot] != key && pairs[slot] != Empty)
            slot = (slot + 1) & mask;
        return slot;
    }
}
