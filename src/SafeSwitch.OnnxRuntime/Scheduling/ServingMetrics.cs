using System.Diagnostics.Metrics;
using SafeSwitch.Guard;

namespace SafeSwitch.OnnxRuntime.Scheduling;

/// <summary>
/// What sequences that share the machine report, on the meter of all of SafeSwitch: nothing of what they say, nor of whom they belong to.
/// </summary>
internal static class ServingMetrics
{
    private static readonly Meter Meter = new(SafeSwitchTelemetry.MeterName);

    private static readonly Counter<long> Hits = Meter.CreateCounter<long>("safeswitch.prefix.hits", "{prompt}", "Prompts that went on from what was kept.");

    private static readonly Counter<long> Saved = Meter.CreateCounter<long>("safeswitch.prefix.saved_tokens", "{token}", "Prompt tokens that were not run again.");

    public static readonly Counter<long> Evictions = Meter.CreateCounter<long>("safeswitch.prefix.evictions", "{prompt}", "Kept prompts that gave way to others.");

    public static readonly Counter<long> Lost = Meter.CreateCounter<long>("safeswitch.prefix.lost", "{prompt}", "Prompts that were to be kept and could not be.");

    public static readonly UpDownCounter<long> Bytes = Meter.CreateUpDownCounter<long>("safeswitch.prefix.bytes", "By", "Memory of kept prompts.");

    public static readonly Histogram<int> BatchRows = Meter.CreateHistogram<int>("safeswitch.batch.rows", "{row}", "Sequences of a step.");

    public static void Hit(int tokens)
    {
        Hits.Add(1);
        Saved.Add(tokens);
    }
}
