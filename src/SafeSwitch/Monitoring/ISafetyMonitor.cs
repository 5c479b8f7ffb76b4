using SafeSwitch.Policies;

namespace SafeSwitch.Monitoring;

/// <summary>
/// Looks at the hidden states of one generation and says what to do. Stateless across generations and thread-safe. The
/// shipped monitor (<see cref="ProbeMonitor"/>) completes synchronously; one of the host's runs on a pool thread, may ask a second
/// model, and is given up when its time is over, whatever it is doing then.
/// </summary>
public interface ISafetyMonitor
{
    /// <summary>Names of the hidden states it reads at a stage; the session keeps no others. Asked once, when the guard is made.</summary>
    IReadOnlyList<string> GetHiddenStates(MonitorStage stage);

    /// <summary>Looks at one stage of one generation.</summary>
    /// <param name="context">The states and what is known so far. States are read until the returned task completes or the token is
    /// cancelled; what was read stays valid, what is asked for later is refused with <see cref="ObjectDisposedException"/>.</param>
    /// <param name="cancellationToken">Cancelled when the request ends early or <see cref="SafetyPolicy.MonitorTimeout"/> is over.</param>
    /// <returns>The verdict. An exception, a time-out or a score that isn't a probability counts as unsafe under
    /// <see cref="FailureMode.Closed"/>.</returns>
    ValueTask<SafetyVerdict> InspectAsync(MonitorContext context, CancellationToken cancellationToken);
}
