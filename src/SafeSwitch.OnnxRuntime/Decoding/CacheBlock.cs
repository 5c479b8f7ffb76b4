namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>
/// Memory for the caches of some sequences: for every tensor of the layout one <c>[slots, heads, capacity, head size]</c>, in which
/// each sequence owns a slice. Sequences that are run one at a time take blocks of one slot.
/// </summary>
internal sealed class CacheBlock(CacheLayout layout, int slots, int capacity) : IDisposable
{
    private readonly NativeBuffer buffer = new(layout.SlotBytes(capacity) * slots * layout.Past.Count);

    public int Slots => slots;

    public int Capacity => capacity;

    public long Bytes => buffer.Bytes;

    /// <summary>When it was last given back, in milliseconds of <see cref="Environment.TickCount64"/>.</summary>
    public long IdleSince { get; set; }

    /// <summary>Where a slot's part of a tensor begins.</summary>
    public nint PointerTo(int tensor, int slot = 0) => buffer.Pointer + checked((nint)(layout.SlotBytes(capacity) * (((long)tensor * slots) + slot)));

    public void Dispose() => buffer.Dispose();
}
