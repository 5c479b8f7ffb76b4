using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using SafeSwitch.Server.Models;

namespace SafeSwitch.Server.Hosting;

/// <summary>Whether more requests should be sent here: not while the host stops, nor while its policies are weaker than its floor.</summary>
internal sealed class ServerReadiness(IHostApplicationLifetime lifetime, ServedModels models) : IHealthCheck
{
    public const string Tag = "safeswitch-ready";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
            return Task.FromResult(HealthCheckResult.Unhealthy("The server is stopping."));
        var problems = models.All.SelectMany(m => m.CheckPolicies()).ToArray();
        return Task.FromResult(problems.Length == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(string.Join(Environment.NewLine, problems.Select(p => p.ToString()))));
    }
}
