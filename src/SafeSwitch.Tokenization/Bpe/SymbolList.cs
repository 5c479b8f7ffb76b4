using System.Buffers;

namespace SafeSwitch.Tokenization.Bpe;

/// <summary>The pieces of one word while they are being merged; each spans the same number of units, in order.</summary>
internal ref struct SymbolList
{
    /// <summary>Up to this many pieces the lowest merge is found by looking at all; above, by a heap.</summary>
    private const int ScanLimit = 24;

    /// <summary>Above this many, where the table allows it, by a bucket for each rank: the heap's logarithm outweighs setting those up.</summary>
    private const int HeapLimit = 1024;

    private Span<int> ids;
    private Span<int> starts;
    private int[]? rentedIds;
    private int[]? rentedStarts;
    private int count;

    /// <summary>An empty list in space of the caller's; it may outgrow it.</summary>
    public SymbolList(Span<int> ids, Span<int> starts)
    {
        this.ids = ids;
        this.starts = starts;
    }

    public SymbolList(int capacity)
    {
        ids = rentedIds = ArrayPool<int>.Shared.Rent(capacity);
        starts = rentedStarts = ArrayPool<int>.Shared.Rent(capacity);
    }

    public readonly ReadOnlySpan<int> Ids => ids[..count];

    /// <summary>Where in the word each piece starts, in the unit that it was added with.</summary>
    public readonly ReadOnlySpan<int> Starts => starts[..count];

    public void Add(int id, int start)
    {
        if (count == ids.Length || count == starts.Length)
            Grow();
        ids[count] = id;
        starts[count++] = start;
    }

    public void Merge(MergeTable merges)
    {
        if (count > ScanLimit)
            MergeByParts(merges);
        else if (count > 1)
            MergeByScan(merges);
    }

    public void Dispose()
    {
        if (rentedIds is not null)
            ArrayPool<int>.Shared.Return(rentedIds);
        if (rentedStarts is not null)
            ArrayPool<int>.Shared.Return(rentedStarts);
        this = default;
    }

    /// <summary>A long word falls into parts that no merge joins, which are short in most scripts; each is merged on its own.</summary>
    private void MergeByParts(MergeTable merges)
    {
        var kept = 0;
        for (int start = 0, end; start < count; start = end)
        {
            end = start + 1;
            while (end < count && merges.MayJoin(ids[end - 1], ids[end]))
                end++;
            var part = new SymbolList(ids[start..end], starts[start..end]) { count = end - start };
            if (part.count > HeapLimit && merges.RanksRise)
                part.MergeByBuckets(merges);
            else if (part.count > ScanLimit)
                part.MergeByHeap(merges);
            else if (part.count > 1)
                part.MergeByScan(merges);
            part.Ids.CopyTo(ids[kept..]);
            part.Starts.CopyTo(starts[kept..]);
            kept += part.count;
        }

        count = kept;
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

    /// <summary>The same order with a bucket for each rank: linear, for words that only an attacker or a language without spaces writes.</summary>
    private void MergeByBuckets(MergeTable merges)
    {
        var previous = ArrayPool<int>.Shared.Rent(count);
        var next = ArrayPool<int>.Shared.Rent(count);
        var buckets = new MergeBuckets(merges.Ranks, count);
        for (var i = 0; i < count; i++)
            (previous[i], next[i]) = (i - 1, i + 1 == count ? -1 : i + 1);
        for (var i = 0; i < count - 1; i++)
        {
            if (merges.Find(ids[i], ids[i + 1], out _) is < int.MaxValue and var rank)
                buckets.Add(rank, i);
        }

        while (buckets.TryTake(out var rank, out var left))
        {
            // Out of date where one of the two has since merged with its other neighbour.
            if (ids[left] < 0 || next[left] < 0 || merges.Find(ids[left], ids[next[left]], out var id) != rank)
                continue;
            var right = next[left];
            ids[left] = id;
            ids[right] = -1;
            next[left] = next[right];
            if (next[left] >= 0)
            {
                previous[next[left]] = left;
                if (merges.Find(id, ids[next[left]], out _) is < int.MaxValue and var after)
                    buckets.Add(after, left);
            }

            if (previous[left] >= 0 && merges.Find(ids[previous[left]], id, out _) is < int.MaxValue and var before)
                buckets.Add(before, previous[left]);
        }

        Compact();
        buckets.Dispose();
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
        Grow(ref ids, ref rentedIds);
        Grow(ref starts, ref rentedStarts);
    }

    private static void Grow(ref Span<int> span, ref int[]? rented)
    {
        var larger = ArrayPool<int>.Shared.Rent(span.Length * 2);
        span.CopyTo(larger);
        if (rented is not null)
            ArrayPool<int>.Shared.Return(rented);
        span = rented = larger;
    }
}
