using System.Buffers;

namespace SafeSwitch.Tokenization.Bpe;

/// <summary>The pieces of one word while they are being merged; each spans the same number of units, in order.</summary>
internal ref struct SymbolList
{
    /// <summary>Up to this many pieces the lowest merge is found by looking at all; above, by a heap.</summary>
    private const int ScanLimit = 24;

    private int[] ids;
    private int[] starts;
    private int count;

    public SymbolList(int capacity)
    {
        ids = ArrayPool<int>.Shared.Rent(capacity);
        starts = ArrayPool<int>.Shared.Rent(capacity);
    }

    public readonly ReadOnlySpan<int> Ids => ids.AsSpan(0, count);

    /// <summary>Where in the word each piece starts, in the unit that it was added with.</summary>
    public readonly ReadOnlySpan<int> Starts => starts.AsSpan(0, count);

    public void Add(int id, int start)
    {
        if (count == ids.Length)
            Grow();
        ids[count] = id;
        starts[count++] = start;
    }

    public void Merge(MergeTable merges)
    {
        if (count < 2)
            return;
        if (count <= ScanLimit)
            MergeByScan(merges);
        else
            MergeByHeap(merges);
    }

    public void Dispose()
    {
        ArrayPool<int>.Shared.Return(ids);
        ArrayPool<int>.Shared.Return(starts);
        this = default;
    }

    private void MergeByScan(MergeTable merges)
    {
        Span<int> ranks = stackalloc int[ScanLimit];
        Span<int> merged = stackalloc int[ScanLimit];
        for (var i = 0; i < count - 1; i++)
            ranks[i] = merges.Find(ids[i], ids[i + 1], out merged[i]);
        while (count > 1)
        {
            var best = 0;
            for (var i = 1; i < count - 1; i++)
            {
                if (ranks[i] < ranks[best])
                    best = i;
            }

            if (ranks[best] == int.MaxValue)
                return;
            ids[best] = merged[best];
            count--;
            for (var i = best + 1; i < count; i++)
                (ids[i], starts[i], ranks[i - 1], merged[i - 1]) = (ids[i + 1], starts[i + 1], ranks[i], merged[i]);
            if (best < count - 1)
                ranks[best] = merges.Find(ids[best], ids[best + 1], out merged[best]);
            if (best > 0)
                ranks[best - 1] = merges.Find(ids[best - 1], ids[best], out merged[best - 1]);
        }
    }

    /// <summary>The classic linked list and priority queue: n log n, whatever the word.</summary>
    private void MergeByHeap(MergeTable merges)
    {
        var previous = ArrayPool<int>.Shared.Rent(count);
        var next = ArrayPool<int>.Shared.Rent(count);
        var queue = new PriorityQueue<(int Position, int Id), ulong>(count);
        for (var i = 0; i < count; i++)
            (previous[i], next[i]) = (i - 1, i + 1 == count ? -1 : i + 1);
        for (var i = 0; i < count - 1; i++)
            Enqueue(queue, merges, i, i + 1);
        while (queue.TryDequeue(out var candidate, out _))
        {
            var left = candidate.Position;
            if (ids[left] < 0 || next[left] < 0)
                continue;
            var right = next[left];
            // Stale: one of the two has since merged with its other neighbour.
            if (merges.Find(ids[left], ids[right], out var id) == int.MaxValue || id != candidate.Id)
                continue;
            ids[left] = id;
            ids[right] = -1;
            next[left] = next[right];
            if (next[left] >= 0)
            {
                previous[next[left]] = left;
                Enqueue(queue, merges, left, next[left]);
            }

            if (previous[left] >= 0)
                Enqueue(queue, merges, previous[left], left);
        }

        Compact();
        ArrayPool<int>.Shared.Return(previous);
        ArrayPool<int>.Shared.Return(next);
    }

    private readonly void Enqueue(PriorityQueue<(int Position, int Id), ulong> queue, MergeTable merges, int left, int right)
    {
        var rank = merges.Find(ids[left], ids[right], out var id);
        if (rank != int.MaxValue)
            queue.Enqueue((left, id), (ulong)(uint)rank << 32 | (uint)left);
    }

    private void Compact()
    {
        var kept = 0;
        for (var i = 0; i < count; i++)
        {
            if (ids[i] >= 0)
                (ids[kept], starts[kept++]) = (ids[i], starts[i]);
        }

        count = kept;
    }

    private void Grow()
    {
        Grow(ref ids);
        Grow(ref starts);
    }

    private static void Grow(ref int[] array)
    {
        var larger = ArrayPool<int>.Shared.Rent(array.Length * 2);
        array.CopyTo(larger, 0);
        ArrayPool<int>.Shared.Return(array);
        array = larger;
    }
}
