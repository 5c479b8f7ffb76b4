using Microsoft.ML.OnnxRuntime.Tensors;

namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>The tensors that hold the keys and values of a sequence, each <c>[slots, heads, positions, head size]</c>.</summary>
/// <param name="Past">Names of the inputs: key and value of layer 0, of layer 1, ….</param>
/// <param name="Present">Names of the outputs, in the same order.</param>
/// <param name="Type">Type of the numbers.</param>
/// <param name="Heads">Key-value heads.</param>
/// <param name="HeadSize">Numbers of one head at one position.</param>
/// <param name="IsShared">Whether the graph appends to the past in place: one buffer is both past and present.</param>
/// <param name="Window">Fewest positions a buffer may have.</param>
internal sealed record CacheLayout(
    IReadOnlyList<string> Past,
    IReadOnlyList<string> Present,
    TensorElementType Type,
    int Heads,
    int HeadSize,
    bool IsShared,
    int Window)
{
    private const int Granularity = 64;

    /// <summary>Bytes of one tensor of one sequence with room for that many positions.</summary>
    public long SlotBytes(int positions) => (long)Heads * positions * RowBytes;

    /// <summary>Bytes of one head at one position.</summary>
    public int RowBytes => HeadSize * DecoderTypes.SizeOf(Type);

    /// <summary>Copies the first positions of one sequence of a tensor from memory with room for some to memory with room for others.</summary>
    public unsafe void CopyPositions(nint from, int fromCapacity, nint to, int toCapacity, int positions)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(positions, Math.Min(fromCapacity, toCapacity));
        var bytes = (long)positions * RowBytes;
        long stride = (long)fromCapacity * RowBytes, targetStride = (long)toCapacity * RowBytes;
        for (var head = 0; head < Heads; head++)
            Buffer.MemoryCopy((byte*)from + (head * stride), (byte*)to + (head * targetStride), bytes, bytes);
    }

    /// <summary>Sizes are rounded up, so that buffers fit the next session too.</summary>
    public int RoundUp(int positions) => Math.Max((positions + Granularity - 1) / Granularity * Granularity, Window);
}
