using Microsoft.Extensions.Logging;
using SafeSwitch.Monitoring;

namespace SafeSwitch.Guard.Interventions;

/// <summary>
/// Stands between the loop and an intervention: one that throws, takes too long or plans what can't be done ends the answer with
/// the policy's fixed refusal, and is reported.
/// </summary>
internal sealed partial class InterventionGate(IReadOnlyList<string> adapters, TimeProvider time, ILogger logger)
{
    /// <exception cref="OperationCanceledException">The request ended.</exception>
    public async ValueTask<InterventionPlan> PlanAsync(IIntervention intervention, InterventionContext context, CancellationToken cancellationToken)
    {
        var policy = context.Policy.Clone();
        try
        {
            var plan = BuiltInInterventions.Has(intervention)
                ? await intervention.PlanAsync(context, cancellationToken).ConfigureAwait(false)
                : await HostCode.RunAsync(token => intervention.PlanAsync(context, token), policy.MonitorTimeout, time, cancellationToken).ConfigureAwait(false);
            if (plan is null)
                LogFailure("it returned no plan", null);
            else if (plan.Adapter is { } adapter && !adapters.Contains(adapter))
                LogFailure($"it asked for adapter '{adapter}'; the model has {string.Join(", ", adapters.DefaultIfEmpty("none"))}", null);
            else
                return plan;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (TimeLimitException e)
        {
            LogFailure(e.Message, e);
        }
#pragma warning disable CA1031 // Fails closed: whatever an intervention throws must not let the answer go on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogFailure($"it threw {e.GetType().Name}", e);
        }

        return InterventionPlan.Refuse(policy);
    }

    [LoggerMessage(5, LogLevel.Error, "The intervention failed: {Fault}. The answer ends with the policy's fixed refusal.")]
    private partial void LogFailure(string fault, Exception? exception);
}
