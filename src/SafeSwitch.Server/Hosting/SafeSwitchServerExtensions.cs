using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;
using SafeSwitch.Server.Access;
using SafeSwitch.Server.Endpoints;
using SafeSwitch.Server.Hosting;
using SafeSwitch.Server.Inspector;
using SafeSwitch.Server.Models;
using SafeSwitch.Server.Requests;
using SafeSwitch.Server.Settings;
using SafeSwitch.Settings;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Serves guarded models to any client of OpenAI's API:
/// <code>
/// builder.Services.AddSafeSwitch(builder.Configuration.GetSection("SafeSwitch")).UseOnnxRuntime();
/// builder.Services.AddSafeSwitchServer(builder.Configuration.GetSection("SafeSwitchServer"));
/// var app = builder.Build();
/// app.MapSafeSwitch();
/// </code>
/// </summary>
public static class SafeSwitchServerExtensions
{
    /// <summary>Adds what <see cref="MapSafeSwitch"/> needs, with settings from configuration.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="configuration">A section with the options, and nothing else; an unknown name is refused when the host starts.</param>
    /// <param name="configure">Sets more, over the configuration.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="configuration"/> is <see langword="null"/>.</exception>
    public static IServiceCollection AddSafeSwitchServer(this IServiceCollection services, IConfiguration configuration, Action<SafeSwitchServerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<SafeSwitchServerOptions>();
        services.AddSingleton<IConfigureOptions<SafeSwitchServerOptions>>(new CheckedServerOptions.Binding(configuration));
        return Add(services, configure);
    }

    /// <summary>Adds what <see cref="MapSafeSwitch"/> needs, with settings in code.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IServiceCollection AddSafeSwitchServer(this IServiceCollection services, Action<SafeSwitchServerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<SafeSwitchServerOptions>();
        return Add(services, configure);
    }

    /// <summary>
    /// Maps <c>/v1/chat/completions</c>, <c>/v1/moderations</c>, <c>/v1/models</c>, <c>/health/live</c>, <c>/health/ready</c> and <c>/metrics</c>. All but
    /// the two of health want a key. Where the options say so, <c>/inspector/</c> too.
    /// </summary>
    /// <param name="endpoints">The application, or a group with a prefix.</param>
    /// <returns>The endpoints together, for conventions of the host's own.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="endpoints"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">There was no <c>AddSafeSwitchServer</c>.</exception>
    public static IEndpointConventionBuilder MapSafeSwitch(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var services = endpoints.ServiceProvider;
        var door = services.GetService<Door>() ?? throw new InvalidOperationException("There is no server to map; expected a call of services.AddSafeSwitchServer(…) before.");
        var group = endpoints.MapGroup("");
        // Made at the first request: a host starts before its models may be asked for.
        group.MapPost("/v1/chat/completions", door.Before(c => services.GetRequiredService<ChatEndpoint>().AnswerAsync(c)));
        group.MapPost("/v1/moderations", door.Before(c => services.GetRequiredService<ModerationsEndpoint>().AnswerAsync(c)));
        group.MapGet("/v1/models", door.Before(c => services.GetRequiredService<ModelsEndpoint>().ListAsync(c)));
        group.MapGet("/v1/models/{id}", door.Before(c => services.GetRequiredService<ModelsEndpoint>().GetAsync(c)));
        group.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        group.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = c => c.Tags.Contains(ServerReadiness.Tag) });
        group.MapGet("/metrics", door.Before(endpoints.CreateApplicationBuilder().UseOpenTelemetryPrometheusScrapingEndpoint(_ => true).Build()));
        if (services.GetRequiredService<SafeSwitchServerOptions>().Inspector)
        {
            group.MapGet("/inspector/{file?}", InspectorEndpoint.SendFileAsync);
            group.MapGet("/inspector/settings", door.Before(c => services.GetRequiredService<InspectorEndpoint>().DescribeAsync(c)));
        }

        return group;
    }

    private static IServiceCollection Add(IServiceCollection services, Action<SafeSwitchServerOptions>? configure)
    {
        if (configure is not null)
            services.Configure(configure);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SafeSwitchServerOptions>, CheckedServerOptions.Checks>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ServerStarter>());
        services.TryAddSingleton(provider => provider.GetRequiredService<IOptions<SafeSwitchServerOptions>>().Value);
        services.TryAddSingleton(provider => provider.GetRequiredService<SafeSwitchServerOptions>().Limits);
        services.TryAddSingleton<ApiKeys>();
        services.TryAddSingleton<KeyLimits>();
        services.TryAddSingleton<Door>();
        services.TryAddSingleton<RequestBody>();
        services.TryAddSingleton<OwnAnswers>();
        services.TryAddSingleton<ServedModels>();
        services.TryAddSingleton<ChatEndpoint>();
        services.TryAddSingleton<ModerationsEndpoint>();
        services.TryAddSingleton<ModelsEndpoint>();
        services.TryAddSingleton<InspectorEndpoint>();
        services.AddOptions<KestrelServerOptions>().Configure<SafeSwitchServerOptions>((kestrel, options) =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = options.Limits.Connections;
        });
        services.AddHealthChecks().AddSafeSwitch(name: "safeswitch-models", tags: [ServerReadiness.Tag]).AddCheck<ServerReadiness>("safeswitch-server", tags: [ServerReadiness.Tag]);
        services.AddOpenTelemetry().WithMetrics(m => m.AddSafeSwitchInstrumentation()
            .AddMeter("Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
            .AddPrometheusExporter());
        return services;
    }
}
