using Microsoft.Extensions.Logging;
using SafeSwitch.Policies;
using SafeSwitch.Settings;

namespace SafeSwitch.Monitoring;

/// <summary>
/// Stands between the loop and a monitor: whatever goes wrong in one becomes a verdict. A monitor that throws, takes too long
/// or returns nonsense counts as unsafe, unless the policy says otherwise, and is reported either way.
/// </summary>
internal sealed partial class MonitorGate(ISafetyMonitor monitor, TimeProvider time, ILogger logger)
{
    private readonly IReadOnlyList<string> promptStates = [.. monitor.GetHiddenStates(MonitorStage.Prompt)];
    private readonly IReadOnlyList<string> responseStates = [.. monitor.GetHiddenStates(MonitorStage.Response)];

    /// <summary>Names of the hidden states that the monitor reads at a stage.</summary>
    public IReadOnlyList<string> GetHiddenStates(MonitorStage stage) => stage == MonitorStage.Prompt ? promptStates : responseStates;

    /// <summary>Which probes a policy needs that are not there; nothing if the monitor is the host's.</summary>
    public IEnumerable<SettingProblem> FindMissing(SafetyPolicy policy) =>
        monitor is ProbeMonitor probes ? probes.FindMissing(policy) : [];

    /// <exception cref="OperationCanceledException">The request ended.</exception>
    public async ValueTask<SafetyVerdict> InspectAsync(MonitorContext context, CancellationToken cancellationToken)
    {
        try
        {
            // Our own is known to end, and to let go of the states when it does.
            var verdict = monitor is ProbeMonitor probes
                ? probes.Inspect(context)
                : await AskAsync(context, cancellationToken).ConfigureAwait(false);
            return FindFault(verdict, context) is { } fault ? Failed(context, fault, exception: null) : verdict;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (TimeLimitException e)
        {
            return Failed(context, e.Message, e);
        }
#pragma warning disable CA1031 // Fails closed: whatever a monitor throws must end in a verdict.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Failed(context, $"it threw {e.GetType().Name}", e);
        }
    }

    private async ValueTask<SafetyVerdict> AskAsync(MonitorContext context, CancellationToken cancellationToken)
    {
        var look = context.Detachable(out var states);
        try
        {
            return await HostCode.RunAsync(token => monitor.InspectAsync(look, token), context.Policy.MonitorTimeout, time, cancellationToken)
                .ConfigureAwait(false);
        }
        finally
        {
            foreach (var state in states)
                state.Detach();
        }
    }

    private static string? FindFault(SafetyVerdict? verdict, MonitorContext context)
    {
        if (verdict is null)
            return "it returned no verdict";
        if (verdict.Stage != context.Stage)
            return $"it returned a verdict on the {verdict.Stage} stage";
        if (!Enum.IsDefined(verdict.Action) || (verdict.Action == VerdictAction.Pilot && context.Stage == MonitorStage.Response))
            return $"it asked for {verdict.Action}";
        if (!IsProbability(verdict.PromptScore) || !IsProbability(verdict.ResponseScore) || !IsProbability(verdict.OutOfDistribution))
            return "it returned a score that isn't a probability";
        if (verdict.Scores?.Any(s => !IsProbability(s.Score)) == true)
            return "it returned a guard's score that isn't a probability";
        if (verdict.Guard is { } guard && context.Policy.Guards?.ContainsKey(guard) != true)
            return $"it named a guard '{guard}' that the policy does not have";
        return null;
    }

    private static bool IsProbability(float? score) => score is null or (>= 0 and <= 1);

    private SafetyVerdict Failed(MonitorContext context, string fault, Exception? exception)
    {
        var isClosed = context.Policy.FailureMode == FailureMode.Closed;
        LogFailure(context.Stage, fault, context.Policy.FailureMode, exception);
        return new SafetyVerdict
        {
            Stage = context.Stage,
            Action = isClosed ? VerdictAction.Intervene : VerdictAction.Continue,
            PromptScore = context.Previous?.PromptScore,
            PromptThreshold = context.Previous?.PromptThreshold,
            OutOfDistribution = context.Previous?.OutOfDistribution,
            Guard = context.Previous?.Guard,
            Probe = context.Previous?.Probe,
            Label = context.Previous?.Label,
            Class = context.Previous?.Class,
            Scores = context.Previous?.Scores,
            Reason = $"the monitor failed at the {context.Stage} stage: {fault}; {(isClosed ? "this counts as unsafe" : "the policy lets the answer go on")}",
            IsError = true,
        };
    }

    [LoggerMessage(1, LogLevel.Error, "The safety monitor failed at the {Stage} stage: {Fault}. Failure mode: {FailureMode}.")]
    private partial void LogFailure(MonitorStage stage, string fault, FailureMode failureMode, Exception? exception);
}
