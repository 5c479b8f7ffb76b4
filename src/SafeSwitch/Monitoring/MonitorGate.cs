using Microsoft.Extensions.Logging;
using SafeSwitch.Policies;

namespace SafeSwitch.Monitoring;

/// <summary>
/// Stands between the loop and a monitor: whatever goes wrong in one becomes a verdict. A monitor that throws, takes too long
/// or returns nonsense counts as unsafe, unless the policy says otherwise, and is reported either way.
/// </summary>
internal sealed partial class MonitorGate(ISafetyMonitor monitor, TimeProvider time, ILogger logger)
{
    public IReadOnlyList<string> GetHiddenStates(MonitorStage stage) => monitor.GetHiddenStates(stage);

    public async ValueTask<SafetyVerdict> InspectAsync(MonitorContext context, CancellationToken cancellationToken)
    {
        SafetyVerdict verdict;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var inspection = monitor.InspectAsync(context, patience.Token);
            verdict = inspection.IsCompletedSuccessfully
                ? inspection.Result
                : await inspection.AsTask().WaitAsync(context.Policy.MonitorTimeout, time, cancellationToken).ConfigureAwait(false);
            if (FindFault(verdict, context) is { } fault)
                verdict = Failed(context, fault, exception: null);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (TimeoutException e)
        {
            await patience.CancelAsync().ConfigureAwait(false);
            verdict = Failed(context, $"it took longer than {context.Policy.MonitorTimeout}", e);
        }
#pragma warning disable CA1031 // Fails closed: whatever a monitor throws must end in a verdict.
        catch (Exception e)
#pragma warning restore CA1031
        {
            verdict = Failed(context, $"it threw {e.GetType().Name}", e);
        }

        context.Conclude(verdict);
        return verdict;
    }

    private static string? FindFault(SafetyVerdict? verdict, MonitorContext context)
    {
        if (verdict is null)
            return "it returned no verdict";
        if (verdict.Stage != context.Stage)
            return $"it returned a verdict on the {verdict.Stage} stage";
        if (!Enum.IsDefined(verdict.Action) || (verdict.Action == VerdictAction.Pilot && context.Stage == MonitorStage.Response))
            return $"it asked for {verdict.Action}";
        if (!IsProbability(verdict.PromptScore) || !IsProbability(verdict.ResponseScore))
            return "it returned a score that is no probability";
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
            Reason = $"the monitor failed at the {context.Stage} stage: {fault}; {(isClosed ? "this counts as unsafe" : "the policy lets the answer go on")}",
            IsError = true,
        };
    }

    [LoggerMessage(1, LogLevel.Error, "The safety monitor failed at the {Stage} stage: {Fault}. Failure mode: {FailureMode}.")]
    private partial void LogFailure(MonitorStage stage, string fault, FailureMode failureMode, Exception? exception);
}
