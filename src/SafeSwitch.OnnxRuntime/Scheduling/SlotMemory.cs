using Microsoft.ML.OnnxRuntime;
using SafeSwitch.OnnxRuntime.Decoding;

namespace SafeSwitch.OnnxRuntime.Scheduling;

/// <summary>
/// The keys and values of all sequences that are scheduled: for every tensor of the layout one <c>[slots, heads, capacity, head size]</c>
/// in host memory, in which each sequence has a slot. Slots that lie beside each other run as one batch, without a copy. As large as the
/// sequences need; changed only by whoever runs the graph.
/// </summary>
internal sealed class SlotMemory(CacheLayout layout) : IDisposable
{
    private NativeBuffer[] tensors = [];

    public int Slots { get; private set; }

    /// <summary>Positions of a slot.</summary>
    public int Capacity { get; private set; }

    public long Bytes => BytesOf(Slots, Capacity);

    /// <summary>Changes whenever the memory is elsewhere.</summary>
    public int Version { get; private set; }

    public int RoundUp(int positions) => layout.RoundUp(positions);

    public long BytesOf(int slots, int capacity) => layout.SlotBytes(capacity) * slots * layout.Past.Count;

    /// <summary>
    /// Makes as many slots of that many positions. What is kept is copied a tensor at a time, and memory costs nothing before it is
    /// written to, so there is hardly ever more of it than before or after.
    /// </summary>
    /// <param name="slots">Slots to come.</param>
    /// <param name="capacity">Positions of each.</param>
    /// <param name="moves">Where what is to be kept goes: the slots before and after, and the positions.</param>
    /// <exception cref="InsufficientMemoryException">There is no memory; all is as before.</exception>
    public void Resize(int slots, int capacity, IReadOnlyList<(int From, int To, int Positions)> moves)
    {
        var (before, after) = (tensors, new NativeBuffer[layout.Past.Count]);
        try
        {
            for (var i = 0; i < after.Length; i++)
                after[i] = new NativeBuffer(layout.SlotBytes(capacity) * slots);
        }
        catch
        {
            foreach (var buffer in after)
                buffer?.Dispose();
            throw;
        }

        for (var i = 0; i < after.Length; i++)
        {
            foreach (var (from, to, positions) in moves)
                layout.CopyPositions(Pointer(before[i], from, Capacity), Capacity, Pointer(after[i], to, capacity), capacity, positions);
            if (before.Length > 0)
                before[i].Dispose();
        }

        (tensors, Slots, Capacity) = (after, slots, capacity);
        Version++;
    }

    public void Move(int from, int to, int positions)
    {
        foreach (var tensor in tensors)
            layout.CopyPositions(Pointer(tensor, from, Capacity), Capacity, Pointer(tensor, to, Capacity), Capacity, positions);
    }

    public void CopyTo(int slot, CacheBlock block, int blockSlot, int positions)
    {
        for (var i = 0; i < tensors.Length; i++)
            layout.CopyPositions(Pointer(tensors[i], slot, Capacity), Capacity, block.PointerTo(i, blockSlot), block.Capacity, positions);
    }

    public void CopyFrom(CacheBlock block, int slot, int positions)
    {
        for (var i = 0; i < tensors.Length; i++)
            layout.CopyPositions(block.PointerTo(i), block.Capacity, Pointer(tensors[i], slot, Capacity), Capacity, positions);
    }

    /// <summary>Binds slots that lie beside each other as past and present, and says what holds them.</summary>
    public OrtValue[] Bind(OrtIoBinding binding, int first, int count)
    {
        var views = new OrtValue[tensors.Length];
        long[] shape = [count, layout.Heads, Capacity, layout.HeadSize];
        for (var i = 0; i < views.Length; i++)
        {
            views[i] = OrtValue.CreateTensorValueWithData(
                OrtMemoryInfo.DefaultInstance, layout.Type, shape, Pointer(tensors[i], first, Capacity), layout.SlotBytes(Capacity) * count);
            binding.BindInput(layout.Past[i], views[i]);
            binding.BindOutput(layout.Present[i], views[i]);
        }

        return views;
    }

    public void Dispose()
    {
        foreach (var tensor in tensors)
            tensor.Dispose();
        (tensors, Slots, Capacity) = ([], 0, 0);
        Version++;
    }

    private nint Pointer(NativeBuffer tensor, int slot, int capacity) => tensor.Pointer + checked((nint)(layout.SlotBytes(capacity) * slot));
}

/// <summary>One slot as the cache of a sequence that runs by itself.</summary>
internal sealed class SlotCache(SlotMemory memory) : ISequenceCache
{
    private OrtValue[] views = [];
    private (int Version, int Slot) bound;

    /// <summary>The sequence's slot; -1 while it has none.</summary>
    public int Slot { get; set; } = -1;

    // A new binding: the next run binds the slot to it.
    public void Attach(OrtIoBinding binding) => Release();

    public void Prepare(OrtIoBinding binding, int past, int total)
    {
        if (views.Length > 0 && bound == (memory.Version, Slot))
            return;
        Release();
        views = memory.Bind(binding, Slot, 1);
        bound = (memory.Version, Slot);
    }

    public void Commit()
    {
    }

    public void Rewind(int length)
    {
    }

    public void Dispose() => Release();

    private void Release()
    {
        foreach (var view in views)
            view.Dispose();
        views = [];
    }
}
