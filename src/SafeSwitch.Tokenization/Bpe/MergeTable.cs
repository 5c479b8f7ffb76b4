using SafeSwitch.Tokenization.Json;

namespace SafeSwitch.Tokenization.Bpe;

/// <summary>What two neighbouring pieces merge into, and how early. Open addressing over the pair of ids: one probe, no boxing.</summary>
internal sealed class MergeTable
{
    private const ulong Empty = ulong.MaxValue;

    private readonly ulong[] pairs;
    private readonly (int Rank, int Id)[] merges;
    private readonly int mask;

    private readonly PieceEnds? ends;

    /// <summary>How many ranks there are.</summary>
    public int Ranks { get; }

    /// <summary>Whether what a merge makes is only ever merged at later ranks, as training leaves it; files may say otherwise.</summary>
    public bool RanksRise { get; }

    private MergeTable(IReadOnlyCollection<(int Left, int Right, int Id)> merges, PieceEnds? ends)
    {
        var capacity = 16;
        while (capacity < merges.Count * 2)
            capacity *= 2;
        mask = capacity - 1;
        pairs = new ulong[capacity];
        this.merges = new (int, int)[capacity];
        Array.Fill(pairs, Empty);
        this.ends = ends;
        Ranks = merges.Count;
        RanksRise = Rise(merges);
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

        // With a prefix or suffix, or an id that two pieces share, a piece does not spell what the pieces spell that it was made of.
        var spells = options is { ContinuingPrefix: null, EndSuffix: null } && vocabulary.HasDistinctIds;
        return new MergeTable(table, spells ? new PieceEnds(vocabulary, table) : null);
    }

    /// <summary>Whether a merge can ever join what ends with one piece and what begins with another. It may say yes where none does.</summary>
    public bool MayJoin(int left, int right) => ends is null || ends.MayJoin(left, right);

    private static bool Rise(IReadOnlyCollection<(int Left, int Right, int Id)> merges)
    {
        var firstUse = new Dictionary<int, int>();
        var rank = 0;
        foreach (var (left, right, _) in merges)
        {
            firstUse.TryAdd(left, rank);
            firstUse.TryAdd(right, rank);
            rank++;
        }

        rank = 0;
        return merges.All(merge => firstUse.GetValueOrDefault(merge.Id, int.MaxValue) > rank++);
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

/// <summary>Which last and first characters of two pieces some merge joins. Merges never change what a text spells, so a place between two
/// characters that no merge joins stays a border between tokens.</summary>
internal sealed class PieceEnds
{
    private const int Bits = 1 << 18;

    private readonly char[] first;
    private readonly char[] last;
    private readonly ulong[] joined = new ulong[Bits / 64];

    public PieceEnds(Vocabulary vocabulary, IEnumerable<(int Left, int Right, int Id)> merges)
    {
        first = new char[vocabulary.IdLimit];
        last = new char[vocabulary.IdLimit];
        for (var id = 0; id < vocabulary.IdLimit; id++)
        {
            if (vocabulary.PieceOf(id) is { Length: > 0 } piece)
                (first[id], last[id]) = (piece[0], piece[^1]);
        }

        foreach (var (left, right, _) in merges)
        {
            var bit = Bit(left, right);
            joined[bit >> 6] |= 1UL << (bit & 63);
        }
    }

    public bool MayJoin(int left, int right)
    {
        var bit = Bit(left, right);
        return (joined[bit >> 6] >> (bit & 63) & 1) != 0;
    }

    /// <summary>Spelled bytes have a bit a pair; other characters share bits, so that a border may be missed but never be made up.</summary>
    private int Bit(int left, int right) => ((last[left] << 9) ^ first[right] ^ (last[left] >> 9)) & (Bits - 1);
}
