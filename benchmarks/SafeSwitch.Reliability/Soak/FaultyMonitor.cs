using SafeSwitch.Monitoring;
using SafeSwitch.Policies;

namespace SafeSwitch.Reliability.Soak;

/// <summary>A monitor that lets everything go most of the time, and otherwise fails in one of the ways that monitors do.</summary>
internal sealed class FaultyMonitor(IReadOnlyList<string> states, int seed) : ISafetyMonitor
{
    /// <summary>Longer than <see cref="Limit"/>.</summary>
    private static readonly TimeSpan TooLong = TimeSpan.FromMilliseconds(900);

    private int looks;

    /// <summary>The time that requests of the soak give a monitor.</summary>
    public static TimeSpan Limit => TooLong / 3;

    public IReadOnlyList<string> GetHiddenStates(MonitorStage stage) => states;

    public async ValueTask<SafetyVerdict> InspectAsync(MonitorContext context, CancellationToken cancellationToken)
    {
        switch (new Random(HashCode.Combine(seed, Interlocked.Increment(ref looks))).Next(10))
        {
            case 0:
                throw new InvalidOperationException("the monitor's own failure");
            case 1:
                await Task.Delay(Timeout.Infinite, cancellationToken);
                break;
            case 2:
                await Task.Delay(TooLong, CancellationToken.None);
                break;
            case 3:
                Thread.Sleep(TooLong);
                break;
        }

        return new SafetyVerdict { Stage = context.Stage, Action = VerdictAction.Continue, Reason = "lets everything go" };
    }
}
