using System.Runtime.InteropServices;

namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>
/// Zeroed memory outside the managed heap, aligned as vector instructions like it. The collector is told how much it is: what a caller
/// forgets to dispose, an answer that is streamed half-way and dropped, is a few small objects to it, and would wait for a collection
/// that they alone never bring about.
/// </summary>
internal sealed unsafe partial class NativeBuffer : IDisposable
{
    private const int Alignment = 64;

    /// <summary>
    /// From here on, memory comes from the system in pages of its own and goes back to it when it is freed. The C library of Linux takes
    /// blocks of up to 32 MB out of what it has freed before: it zeroes all of them, used or not, and keeps them for good.
    /// </summary>
    private const long LeastOfItsOwn = 1 << 20;

    private readonly void* allocation;
    private readonly bool isMapped;
    private bool isFreed;

    public NativeBuffer(long bytes)
    {
        Bytes = bytes;
        isMapped = bytes >= LeastOfItsOwn && OperatingSystem.IsLinux();
        // Both hand out fresh pages that the system zeroes when they are first touched: what is never used costs nothing.
        allocation = isMapped ? Pages.Map(bytes) : NativeMemory.AllocZeroed(checked((nuint)(bytes + Alignment)));
        Pointer = (nint)(((nuint)allocation + Alignment - 1) & ~(nuint)(Alignment - 1));
        GC.AddMemoryPressure(bytes + Alignment);
    }

    ~NativeBuffer() => Free();

    public long Bytes { get; }

    public nint Pointer { get; }

    public Span<T> AsSpan<T>(int length)
        where T : unmanaged =>
        new((void*)Pointer, length);

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
        if (isMapped)
            Pages.Unmap(allocation, Bytes);
        else
            NativeMemory.Free(allocation);
        GC.RemoveMemoryPressure(Bytes + Alignment);
    }

    /// <summary>Anonymous memory of Linux.</summary>
    private static partial class Pages
    {
        private const int ReadAndWrite = 0x1 | 0x2;
        private const int PrivateAndAnonymous = 0x2 | 0x20;

        /// <exception cref="InsufficientMemoryException">The system has none.</exception>
        public static void* Map(long bytes)
        {
            var start = MMap(null, checked((nuint)bytes), ReadAndWrite, PrivateAndAnonymous, file: -1, offset: 0);
            return (nint)start == -1 ? throw new InsufficientMemoryException($"The system has no {bytes:N0} bytes of memory.") : start;
        }

        public static void Unmap(void* start, long bytes) => _ = MUnmap(start, (nuint)bytes);

        [LibraryImport("libc", EntryPoint = "mmap")]
        private static partial void* MMap(void* address, nuint length, int protection, int flags, int file, nint offset);

        [LibraryImport("libc", EntryPoint = "munmap")]
        private static partial int MUnmap(void* address, nuint length);
    }
}
