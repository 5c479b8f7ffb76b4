namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>
/// Memory for the caches of some sequences: for every tensor of the layout one <c>[slots, heads, capacity, head size]</c>, in which
/// each sequence owns a slice. Sequences that are run one at a time take blocks of one slot.
/// </summary>
internal sealed class CacheBlock : IDisposable
{
    private readonly CacheLayout layout;
    private readonly nint start;
    private readonly IDisposable owner;

    public CacheBlock(CacheLayout layout, CacheMemory memory, int slots, int capacity)
    {
        this.layout = layout;
        Slots = slots;
        Capacity = capacity;
        Bytes = layout.SlotBytes(capacity) * slots * layout.Past.Count;
        (start, owner) = memory.Allocate(Bytes);
    }

    public int Slots { get; }

    /// <summary>Positions of a slot.</summary>
    public int Capacity { get; }

    public long Bytes { get; }

    /// <summary>When it was last given back, in milliseconds of <see cref="Environment.TickCount64"/>.</summary>
    public long IdleSince { get; set; }

    /// <summary>Where a slot's part of a tensor begins.</summary>
    public nint PointerTo(int tensor, int slot = 0) => start + checked((nint)(layout.SlotBytes(Capacity) * (((long)tensor * Slots) + slot)));

    /// <summary>Copies the first positions of a slot to one of another block of the same layout, in host memory, or of this one.</summary>
    public void CopyTo(int slot, CacheBlock target, int targetSlot, int positions)
    {
        for (var tensor = 0; tensor < layout.Past.Count; tensor++)
            layout.CopyPositions(PointerTo(tensor, slot), Capacity, target.PointerTo(tensor, targetSlot), target.Capacity, positions);
    }

    public void Dispose() => owner.Dispose();
}
