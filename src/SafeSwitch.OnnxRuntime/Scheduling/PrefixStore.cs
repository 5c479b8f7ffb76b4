using SafeSwitch.OnnxRuntime.Decoding;

namespace SafeSwitch.OnnxRuntime.Scheduling;

/// <summary>What is kept of a prompt once its sequence has ended.</summary>
/// <param name="Scope">Who may go on from it.</param>
/// <param name="Tokens">The prompt's tokens, one for each position.</param>
/// <param name="Cache">Their keys and values.</param>
/// <param name="States">Hidden states by name, rows of all positions at least.</param>
/// <param name="Bytes">Memory of both.</param>
internal sealed record KeptPrefix(string Scope, int[] Tokens, CacheBlock Cache, IReadOnlyDictionary<string, KeptRows> States, long Bytes);

/// <summary>Rows of a hidden state in the memory that they were computed in.</summary>
internal readonly record struct KeptRows(IBuffer Buffer, int RowBytes)
{
    public ReadOnlySpan<byte> Read(int positions) => Buffer.Read(positions * RowBytes);
}

/// <summary>
/// Prompts of sequences that have ended, for those of the same scope that begin alike: their keys and values, and the hidden states that
/// probes read. Only what a run of several tokens computed is kept, never an answer's tokens: kernels for one token round otherwise, and
/// whoever goes on from here is to get what a whole prefill gives. No adapter is in it: adapters change the head alone, which comes
/// after all that is kept. What was not used for longest goes first. Under the scheduler's lock.
/// </summary>
internal sealed class PrefixStore(CacheLayout layout, CacheMemory memory) : IDisposable
{
    /// <summary>Fewer positions are not worth their copy.</summary>
    public const int Least = 16;

    // The first was not used for longest.
    private readonly LinkedList<KeptPrefix> kept = new();

    public long Bytes { get; private set; }

    public int Count => kept.Count;

    /// <summary>Prompt tokens that were not run again.</summary>
    public long SavedTokens { get; private set; }

    /// <summary>Bytes that a prompt of so many positions takes.</summary>
    public long BytesOf(int positions, long stateRowBytes) => (layout.SlotBytes(positions) * layout.Past.Count) + (positions * stateRowBytes);

    /// <summary>The longest beginning of a prompt that is kept for a scope, with at least the hidden states that are read.</summary>
    /// <returns>What is kept, and how many of its positions serve; <see langword="null"/> if it is not worth it.</returns>
    public (KeptPrefix Prefix, int Positions)? Find(string scope, ReadOnlySpan<int> prompt, IReadOnlyList<string> states)
    {
        LinkedListNode<KeptPrefix>? best = null;
        var positions = Least - 1;
        for (var node = kept.First; node is not null; node = node.Next)
        {
            // Two tokens are left to run, as one alone would be rounded otherwise.
            var common = node.Value.Scope == scope && states.All(node.Value.States.ContainsKey)
                ? Math.Min(prompt.CommonPrefixLength(node.Value.Tokens), prompt.Length - 2)
                : 0;
            if (common > positions)
                (best, positions) = (node, common);
        }

        if (best is null)
            return null;
        kept.Remove(best);
        kept.AddLast(best);
        SavedTokens += positions;
        ServingMetrics.Hit(positions);
        return (best.Value, positions);
    }

    /// <summary>Keeps a prompt in the place of those that it goes on from.</summary>
    /// <param name="scope">Who may go on from it.</param>
    /// <param name="tokens">Its tokens.</param>
    /// <param name="states">Rows of its hidden states.</param>
    /// <param name="slots">Where its keys and values are.</param>
    /// <param name="slot">In which slot.</param>
    public void Keep(string scope, int[] tokens, IReadOnlyDictionary<string, KeptRows> states, SlotMemory slots, int slot)
    {
        for (var node = kept.First; node is not null;)
        {
            var next = node.Next;
            if (node.Value.Scope == scope && tokens.AsSpan().StartsWith(node.Value.Tokens) && node.Value.States.Keys.All(states.ContainsKey))
                Drop(node);
            node = next;
        }

        var block = new CacheBlock(layout, memory, slots: 1, tokens.Length);
        slots.CopyTo(slot, block, 0, tokens.Length);
        var prefix = new KeptPrefix(scope, tokens, block, states, block.Bytes + states.Values.Sum(s => s.Buffer.Bytes));
        kept.AddLast(prefix);
        Bytes += prefix.Bytes;
        ServingMetrics.Bytes.Add(prefix.Bytes);
    }

    /// <summary>Lets go of what was not used for longest until no more than so many bytes are held.</summary>
    public void Shrink(long bytes)
    {
        while (Bytes > bytes && kept.First is { } oldest)
        {
            Drop(oldest);
            ServingMetrics.Evictions.Add(1);
        }
    }

    public void Dispose()
    {
        while (kept.First is { } node)
            Drop(node);
    }

    private void Drop(LinkedListNode<KeptPrefix> node)
    {
        kept.Remove(node);
        Bytes -= node.Value.Bytes;
        node.Value.Cache.Dispose();
        ServingMetrics.Bytes.Add(-node.Value.Bytes);
    }
}
