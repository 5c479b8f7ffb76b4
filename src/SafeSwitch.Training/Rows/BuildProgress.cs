using System.Diagnostics;

namespace SafeSwitch.Training.Rows;

/// <summary>How far a step is.</summary>
/// <param name="Step">The step, such as <c>collect</c>.</param>
/// <param name="Done">Units done.</param>
/// <param name="Total">Units in all; 0 if unknown.</param>
/// <param name="Unit">What is counted, such as <c>prompt tokens</c>.</param>
/// <param name="Rate">Units a second, of those done in this run; 0 if unknown.</param>
/// <param name="TimeLeft">What is left at that rate; <see langword="null"/> if unknown.</param>
/// <param name="Note">A word on what was just done or found, for people.</param>
public sealed record BuildProgress(
    string Step, double Done, double Total, string Unit, double Rate = 0, TimeSpan? TimeLeft = null, string? Note = null);

/// <summary>Counts units of one step and reports rate and time left, a few times a second at most.</summary>
internal sealed class ProgressMeter(IProgress<BuildProgress>? progress, string step, string unit, double total)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly long started = Stopwatch.GetTimestamp();
    private long reported;
    private double done;
    private double skipped;

    /// <summary>Counts units that an earlier run did: progress, but no rate.</summary>
    public void Skip(double units)
    {
        skipped += units;
        done += units;
        Report(note: null, force: true);
    }

    public void Add(double units, string? note = null)
    {
        done += units;
        Report(note, force: done >= total);
    }

    private void Report(string? note, bool force)
    {
        if (progress is null || (!force && reported != 0 && Stopwatch.GetElapsedTime(reported) < Interval))
            return;
        reported = Stopwatch.GetTimestamp();
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var rate = seconds > 0 ? (done - skipped) / seconds : 0;
        TimeSpan? left = rate > 0 && total > 0 ? TimeSpan.FromSeconds(Math.Max(0, total - done) / rate) : null;
        progress.Report(new BuildProgress(step, done, total, unit, rate, left, note));
    }
}
