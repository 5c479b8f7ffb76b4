using System.Runtime.InteropServices;

namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>
/// Large blocks straight from the system, which has them back as soon as they are freed. A C library keeps what it is given back: glibc,
/// once a few blocks of some megabytes were freed, serves all below 32 MB from heaps that only shrink at their ends, and a process that
/// serves many requests of many lengths grows without anybody using the memory.
/// </summary>
internal static unsafe partial class SystemMemory
{
    /// <summary>Blocks below this come from the C library: they are many, and fit what was freed before.</summary>
    private const nuint Least = 1 << 20;

    private const int ReadWrite = 1 | 2;
    private static readonly int PrivateAnonymous = OperatingSystem.IsMacOS() ? 0x2 | 0x1000 : 0x2 | 0x20;

    /// <summary>Whether large blocks are mapped; elsewhere the C library does so by itself.</summary>
    private static readonly bool Maps = OperatingSystem.IsLinux() || OperatingSystem.IsMacOS();

    /// <summary>A block of zeros that costs nothing until it is touched.</summary>
    /// <exception cref="InsufficientMemoryException">There is none.</exception>
    public static void* AllocateZeroed(nuint bytes)
    {
        if (!Maps || bytes < Least)
            return NativeMemory.AllocZeroed(bytes);
        var block = Map(null, bytes, ReadWrite, PrivateAnonymous, -1, 0);
        return block != (void*)-1 ? block : throw new InsufficientMemoryException($"The system can't give {bytes} bytes.");
    }

    /// <param name="block">What <see cref="AllocateZeroed"/> gave.</param>
    /// <param name="bytes">Its size.</param>
    public static void Free(void* block, nuint bytes)
    {
        if (!Maps || bytes < Least)
            NativeMemory.Free(block);
        else
            _ = Unmap(block, bytes);
    }

    /// <summary>Has the C library give back what it keeps, where it is one that can be told to: after something large was freed by others.</summary>
    public static void GiveBack()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = Trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // Not glibc: musl's gives back by itself.
        }
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial void* Map(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* address, nuint length);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint pad);
}
