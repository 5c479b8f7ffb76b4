using Microsoft.ML.OnnxRuntime;

namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>A cache to which the graph appends in place: past and present are one buffer, bound once for the session's life.</summary>
internal sealed class SharedCache : ISequenceCache
{
    private readonly CacheLayout layout;
    private readonly CachePool pool;
    private readonly CacheBlock block;
    private readonly OrtValue[] tensors;
    private readonly bool isCopiedAtBinding;

    /// <param name="layout">The cache's tensors.</param>
    /// <param name="pool">Where its memory comes from.</param>
    /// <param name="positions">Positions that it must hold.</param>
    /// <param name="deviceInputs">See <see cref="DecoderLayout.DeviceInputs"/>.</param>
    public SharedCache(CacheLayout layout, CachePool pool, int positions, IReadOnlySet<string> deviceInputs)
    {
        this.layout = layout;
        this.pool = pool;
        block = pool.Rent(positions);
        isCopiedAtBinding = pool.Memory.IsHost && layout.Past.Any(deviceInputs.Contains);
        tensors = new OrtValue[layout.Past.Count];
        long[] shape = [1, layout.Heads, block.Capacity, layout.HeadSize];
        for (var i = 0; i < tensors.Length; i++)
        {
            tensors[i] = OrtValue.CreateTensorValueWithData(
                pool.Memory.Info, layout.Type, shape, block.PointerTo(i), layout.SlotBytes(block.Capacity));
        }
    }

    public CacheBlock Block => block;

    public void Attach(OrtIoBinding binding)
    {
        for (var i = 0; i < tensors.Length; i++)
        {
            binding.BindInput(layout.Past[i], tensors[i]);
            binding.BindOutput(layout.Present[i], tensors[i]);
        }
    }

    // The graph learns from the attention mask how much of the buffer counts: nothing to prepare, and rewinding is bookkeeping; unless
    // some layers' attention runs on a device and some on the host, where the buffer is.
    public void Prepare(OrtIoBinding binding, int past, int total)
    {
        if (isCopiedAtBinding)
            Attach(binding);
    }

    public void Commit()
    {
    }

    public void Rewind(int length)
    {
    }

    public void Dispose()
    {
        foreach (var tensor in tensors)
            tensor.Dispose();
        pool.Return(block);
    }
}
