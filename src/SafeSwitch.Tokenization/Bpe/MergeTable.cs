using SafeSwitch.Tokenization.Json;

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

    /// <summary>Reads merges, written either as <c>"a b"</c> or as <c>["a", "b"]</c>, and checks that the vocabulary knows every piece.</summary>
    public static MergeTable Read(JsonCursor merges, Vocabulary vocabulary, BpeOptions options)
    {
        var skip = options.ContinuingPrefix?.Length ?? 0;
        List<(int, int, int)> table = [];
        foreach (var merge in merges.Items())
        {
            if (Pair(merge) is not var (left, right))
                continue;
            var leftId = IdOf(merge, vocabulary, left);
            var rightId = IdOf(merge, vocabulary, right);
            if (right.Length < skip)
                throw merge.Error($"merges '{right}', which is shorter than the prefix '{options.ContinuingPrefix}' of continuing pieces");
            table.Add((leftId, rightId, IdOf(merge, vocabulary, left + right[skip..])));
        }

        return new MergeTable(table);
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

    private static (string Left, string Right)? Pair(JsonCursor merge)
    {
        if (merge.IsString)
        {
            var text = merge.String();
            if (text.StartsWith("#version", StringComparison.Ordinal))
                return null;
            var parts = text.Split(' ');
            return parts.Length == 2 ? (parts[0], parts[1]) : throw merge.Error($"is '{text}', expected two pieces with one space between them");
        }

        if (!merge.IsArray)
            throw merge.Expected("a string of two pieces or an array of two strings");
        JsonCursor[] items = [.. merge.Items()];
        return items.Length == 2 ? (items[0].String(), items[1].String()) : throw merge.Error($"holds {items.Length} pieces, expected 2");
    }

    private static int IdOf(JsonCursor merge, Vocabulary vocabulary, string piece) => vocabulary.TryGetId(piece, out var id)
        ? id
        : throw merge.Error($"names the piece '{piece}', which is not in the vocabulary");
}
