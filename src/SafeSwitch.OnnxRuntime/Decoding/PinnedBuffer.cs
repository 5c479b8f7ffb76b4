namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>Memory that ONNX Runtime writes to.</summary>
internal interface IBuffer : IDisposable
{
    long Bytes { get; }

    nint Pointer { get; }

    ReadOnlySpan<byte> Read(int bytes);

    /// <summary>Copies bytes to the start.</summary>
    void Write(ReadOnlySpan<byte> bytes);
}

/// <summary>
/// A buffer in a managed array that does not move. What others read is here: a span of it that outlives the session - a monitor that
/// goes on after its time, another thread that disposes - is of memory that the garbage collector keeps for it.
/// </summary>
internal sealed class PinnedBuffer : IBuffer
{
    // The alignment of vector instructions.
    private const int Alignment = 64;

    private readonly byte[] array;
    private readonly int offset;

    public unsafe PinnedBuffer(long bytes)
    {
        Bytes = bytes;
        array = GC.AllocateUninitializedArray<byte>(checked((int)(bytes + Alignment)), pinned: true);
        fixed (byte* start = array)
        {
            offset = (int)(-(nint)start & (Alignment - 1));
            Pointer = (nint)start + offset;
        }
    }

    public long Bytes { get; }

    public nint Pointer { get; }

    public ReadOnlySpan<byte> Read(int bytes) => array.AsSpan(offset, bytes);

    public void Write(ReadOnlySpan<byte> bytes) => bytes.CopyTo(array.AsSpan(offset));

    public void Dispose()
    {
    }
}
