using System.Diagnostics;
using System.Globalization;

namespace SafeSwitch.Training.Benchmarks;

/// <summary>What a step took.</summary>
/// <param name="Seconds">Wall time.</param>
/// <param name="Processor">Processor time of all threads.</param>
/// <param name="PeakMemory">The most memory the process has had so far, in bytes.</param>
internal readonly record struct Cost(double Seconds, double Processor, long PeakMemory)
{
    public static (T Result, Cost Cost) Of<T>(Func<T> step) => OfAsync(() => Task.FromResult(step())).GetAwaiter().GetResult();

    public static async Task<(T Result, Cost Cost)> OfAsync<T>(Func<Task<T>> step)
    {
        var (processor, started) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        var result = await step();
        using var process = Process.GetCurrentProcess();
        return (result, new Cost(
            Stopwatch.GetElapsedTime(started).TotalSeconds, (Environment.CpuUsage.TotalTime - processor).TotalSeconds, process.PeakWorkingSet64));
    }

    /// <summary>Prints a line of a Markdown table: step, on what, wall time, processor time, peak memory, result.</summary>
    public void Print(string step, FormattableString on, FormattableString result) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {step} | {FormattableString.Invariant(on)} | {Seconds:0.0} s | {Processor:0.0} processor s | {PeakMemory / 1e6:N0} MB at most | {FormattableString.Invariant(result)} |"));
}
