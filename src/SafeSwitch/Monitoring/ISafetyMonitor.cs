using SafeSwitch.Policies;

namespace SafeSwitch.Monitoring;

/// <summary>
/// Looks at the hidden states of one generation and says what to do. Stateless across generations and thread-safe. The
/// shipped monitor completes synchronously; one of the host's may ask a second model.
/// </summary>
public interface ISafetyMonitor
{
    /// <summary>Names of the hidden states it reads at a stage; the session keeps no others.</summary>
    IReadOnlyList<string> GetHiddenStates(MonitorStage stage);

    /// <summary>Looks at one stage of one generation.</summary>
    /// <param name="context">The states and what is known so far; valid only until the returned task completes.</param>
    /// <param name="cancellationToken">Cancelled when the caller gives up or the policy's time for the monitor is over.</param>
    /// <returns>The verdict. An exception, a time-out or a score that is no probability counts as unsafe under
    /// <see cref="FailureMode.Closed"/>.</returns>
    ValueTask<SafetyVerdict> InspectAsync(MonitorContext context, CancellationToken cancellationToken);
}
