using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace SafeSwitch.Hosting;

/// <summary>
/// Healthy once a guarded model has answered and looked at a request; degraded while a change of the configuration is refused and older
/// policies hold.
/// </summary>
internal sealed class SafeSwitchHealthCheck(IServiceProvider provider, string? modelName) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var registrations = provider.GetServices<ModelRegistration>().Where(r => modelName is null || r.Name == modelName).ToArray();
        if (registrations.Length == 0)
            return new HealthCheckResult(context.Registration.FailureStatus, modelName is null ? "There is no guarded model." : $"There is no guarded model '{modelName}'.");

        var refused = new List<string>();
        foreach (var model in registrations.Select(r => provider.GetRequiredKeyedService<HostedModel>(r.Name)))
        {
            try
            {
                await model.WarmUpAsync(cancellationToken).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // Whatever keeps a model from answering is what is reported.
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                return new HealthCheckResult(context.Registration.FailureStatus, $"The guarded model '{model.Name}' can't answer.", e);
            }

            if (model.Refusal is { } refusal)
                refused.Add(refusal.Message);
        }

        return refused.Count == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded(string.Join(Environment.NewLine, refused));
    }
}
