using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace SafeSwitch.Reliability.Soak;

/// <summary>What the process holds at a moment.</summary>
/// <param name="At">Since the soak began.</param>
/// <param name="Requests">Requests ended so far.</param>
/// <param name="Resident">Bytes in memory.</param>
/// <param name="Managed">Bytes of the managed heap, garbage included.</param>
/// <param name="Handles">Handles of the system.</param>
/// <param name="Threads">Threads.</param>
/// <param name="FullCollections">Collections of the whole heap so far.</param>
/// <param name="Native">What the C library handed out.</param>
/// <param name="Kept">What was given back to the C library and it keeps; not all of it need be resident.</param>
internal sealed partial record MemorySample(TimeSpan At, int Requests, long Resident, long Managed, int Handles, int Threads, int FullCollections, long Native, long Kept)
{
    public const string Head = "| s | requests | resident MB | managed MB | native MB | kept by the C library MB | handles | threads | full collections |\n|---:|---:|---:|---:|---:|---:|---:|---:|---:|";

    public static MemorySample Take(TimeSpan at, int requests)
    {
        using var process = Process.GetCurrentProcess();
        var native = NativeInfo();
        return new MemorySample(
            at, requests, process.WorkingSet64, GC.GetTotalMemory(false), process.HandleCount, process.Threads.Count, GC.CollectionCount(2),
            (long)(native.InUse + native.Mapped), (long)native.Free);
    }

    /// <summary>Has everything finalized that nobody refers to.</summary>
    public static void CollectAll()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }
    }

    /// <summary>Has the C library give back what it keeps of freed memory, where it is one that can be told to.</summary>
    public static bool Trim()
    {
        try
        {
            return OperatingSystem.IsLinux() && MallocTrim(0) >= 0;
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"| {At.TotalSeconds:0} | {Requests} | {Resident / 1e6:0} | {Managed / 1e6:0.0} | {Native / 1e6:0} | {Kept / 1e6:0} | {Handles} | {Threads} | {FullCollections} |");

    private static MallocInfo NativeInfo()
    {
        try
        {
            return OperatingSystem.IsLinux() ? MallInfo() : default;
        }
        catch (EntryPointNotFoundException)
        {
            return default;
        }
    }

    [LibraryImport("libc", EntryPoint = "mallinfo2")]
    private static partial MallocInfo MallInfo();

    /// <summary>glibc's <c>struct mallinfo2</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct MallocInfo
    {
        public readonly nuint Arena;
        public readonly nuint FreeChunks;
        public readonly nuint FastChunks;
        public readonly nuint MappedChunks;
        public readonly nuint Mapped;
        public readonly nuint MostUsed;
        public readonly nuint FastFree;
        public readonly nuint InUse;
        public readonly nuint Free;
        public readonly nuint Top;
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int MallocTrim(nuint pad);
}
