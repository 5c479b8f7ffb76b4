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

/// <summary>
/// Counts units of one step and reports rate and time left, a few times a second at most. The rate is that of what came after the first units: these pay for loading and for the first
/// compilation, and would promise many times the time. Until a twentieth is done no time is promised.
/// </summary>
internal sealed class ProgressMeter(IProgress<BuildProgress>? progress, string step, string unit, double total, TimeProvider? time = null)
{
    private const double LeastKnown = 0.05;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly TimeProvider time = time ?? TimeProvider.System;
    private long started = (time ?? TimeProvider.System).GetTimestamp();
    private long reported;
    private bool isWarm;
    private double done;
    private double skipped;
    private double warmUp;

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
        if (!isWarm && units > 0)
        {
            (isWarm, warmUp) = (true, units);
            if (done < total)
                started = time.GetTimestamp();
            else
                warmUp = 0;
        }

        Report(note, force: done >= total);
    }

    private void Report(string? note, bool force)
    {
        if (progress is null || (!force && reported != 0 && time.GetElapsedTime(reported) < Interval))
            return;
        reported = time.GetTimestamp();
        var seconds = time.GetElapsedTime(started).TotalSeconds;
        var counted = done - skipped - warmUp;
        var rate = seconds > 0 && counted > 0 ? counted / seconds : 0;
        TimeSpan? left = rate > 0 && total > 0 && done - skipped >= LeastKnown * (total - skipped) ? TimeSpan.FromSeconds(Math.Max(0, total - done) / rate) : null;
        progress.Report(new BuildProgress(step, done, total, unit, rate, left, note));
    }
}
