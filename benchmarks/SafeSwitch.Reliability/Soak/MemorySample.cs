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
internal sealed partial record MemorySample(TimeSpan At, int Requests, long Resident, long Managed, int Handles, int Threads, int FullCollections)
{
    public const string Head = "| s | requests | resident MB | managed MB | handles | threads | full collections |\n|---:|---:|---:|---:|---:|---:|---:|";

    public static MemorySample Take(TimeSpan at, int requests)
    {
        using var process = Process.GetCurrentProcess();
        return new MemorySample(at, requests, process.WorkingSet64, GC.GetTotalMemory(false), process.HandleCount, process.Threads.Count, GC.CollectionCount(2));
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
        CultureInfo.InvariantCulture, $"| {At.TotalSeconds:0} | {Requests} | {Resident / 1e6:0} | {Managed / 1e6:0.0} | {Handles} | {Threads} | {FullCollections} |");

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int MallocTrim(nuint pad);
}
