using System.Diagnostics;
using System.Globalization;

namespace SafeSwitch.Toolkit.Benchmarks;

/// <summary>Wall time, processor time and the most memory that a step took.</summary>
internal static class Meter
{
    /// <summary>The most memory this process has had, in bytes.</summary>
    public static long PeakMemory
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64;
        }
    }

    /// <summary>Runs a step and prints what it took.</summary>
    public static T Run<T>(string what, Func<T> step)
    {
        var (memory, processor, started) = (PeakMemory, Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        var result = step();
        Print($"{what}: {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s, {(Environment.CpuUsage.TotalTime - processor).TotalSeconds:0.0} processor seconds, peak memory {Megabytes(PeakMemory)} ({Megabytes(PeakMemory - memory)} more than before)");
        return result;
    }

    public static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:N0} MB");

    public static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
