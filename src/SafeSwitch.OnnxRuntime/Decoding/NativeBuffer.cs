namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>
/// Zeroed memory outside the managed heap, aligned for vector instructions. The collector knows how much it is: what a caller
/// forgets to dispose, an answer that is streamed half-way and dropped, is a few small objects to it, and would wait for a collection
/// that they alone never bring about.
/// </summary>
internal sealed unsafe class NativeBuffer : IBuffer
{
    private const int Alignment = 64;

    private readonly void* allocation;
    private bool isFreed;

    public NativeBuffer(long bytes)
    {
        Bytes = bytes;
        allocation = SystemMemory.AllocateZeroed(checked((nuint)(bytes + Alignment)));
        Pointer = (nint)(((nuint)allocation + Alignment - 1) & ~(nuint)(Alignment - 1));
        GC.AddMemoryPressure(bytes + Alignment);
    }

    ~NativeBuffer() => Free();

    public long Bytes { get; }

    public nint Pointer { get; }

    public Span<T> AsSpan<T>(int length)
        where T : unmanaged =>
        new((void*)Pointer, length);

    public ReadOnlySpan<byte> Read(int bytes) => AsSpan<byte>(bytes);

    public void Write(ReadOnlySpan<byte> bytes) => bytes.CopyTo(AsSpan<byte>(bytes.Length));

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        // A constructor that found no memory leaves nothing to free.
        if (isFreed || allocation is null)
            return;
        isFreed = true;
        SystemMemory.Free(allocation, (nuint)(Bytes + Alignment));
        GC.RemoveMemoryPressure(Bytes + Alignment);
    }
}
