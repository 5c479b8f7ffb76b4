using System.Buffers;

namespace SafeSwitch.Tokenization.Bpe;

/// <summary>
/// Where a long word may be merged, by rank and then from left to right. A bucket a rank serves where merging only ever makes room for later
/// ranks (<see cref="MergeTable.RanksRise"/>): then each is complete when its turn comes, and the whole is linear.
/// </summary>
internal ref struct MergeBuckets
{
    private const int None = -1;

    private readonly int[] heads;
    private readonly int ranks;
    private int[] positions;
    private int[] nexts;
    private int[] ready;
    private int used;
    private int free = None;
    private int readyCount;
    private int readyNext;
    private int rank;

    public MergeBuckets(int ranks, int capacity)
    {
        this.ranks = ranks;
        heads = ArrayPool<int>.Shared.Rent(ranks);
        heads.AsSpan(0, ranks).Fill(None);
        positions = ArrayPool<int>.Shared.Rent(capacity);
        nexts = ArrayPool<int>.Shared.Rent(capacity);
        ready = ArrayPool<int>.Shared.Rent(256);
    }

    public void Add(int rank, int position)
    {
        var entry = free;
        if (entry == None)
        {
            if (used == Math.Min(positions.Length, nexts.Length))
            {
                Grow(ref positions, used);
                Grow(ref nexts, used);
            }

            entry = used++;
        }
        else
        {
            free = nexts[entry];
        }

        positions[entry] = position;
        nexts[entry] = heads[rank];
        heads[rank] = entry;
    }

    /// <summary>The next place to merge at. It may be out of date: what is there now decides.</summary>
    public bool TryTake(out int atRank, out int position)
    {
        while (readyNext == readyCount)
        {
            while (rank < ranks && heads[rank] == None)
                rank++;
            if (rank == ranks)
            {
                (atRank, position) = (0, 0);
                return false;
            }

            Gather();
        }

        (atRank, position) = (rank, ready[readyNext++]);
        return true;
    }

    public void Dispose()
    {
        ArrayPool<int>.Shared.Return(heads);
        ArrayPool<int>.Shared.Return(positions);
        ArrayPool<int>.Shared.Return(nexts);
        ArrayPool<int>.Shared.Return(ready);
        this = default;
    }

    private void Gather()
    {
        (readyCount, readyNext) = (0, 0);
        var last = None;
        for (var entry = heads[rank]; entry != None; entry = nexts[entry])
        {
            if (readyCount == ready.Length)
                Grow(ref ready, readyCount);
            ready[readyCount++] = positions[entry];
            last = entry;
        }

        nexts[last] = free;
        free = heads[rank];
        heads[rank] = None;
        var taken = ready.AsSpan(0, readyCount);
        // The last added comes first; most buckets were filled from left to right.
        taken.Reverse();
        for (var i = 1; i < taken.Length; i++)
        {
            if (taken[i] < taken[i - 1])
            {
                taken.Sort();
                return;
            }
        }
    }

    private static void Grow(ref int[] array, int count)
    {
        var larger = ArrayPool<int>.Shared.Rent(array.Length * 2);
        array.AsSpan(0, count).CopyTo(larger);
        ArrayPool<int>.Shared.Return(array);
        array = larger;
    }
}
