using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using SafeSwitch.Chat;
using SafeSwitch.Classifying;
using SafeSwitch.Guard;
using SafeSwitch.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers guarded models.</summary>
public static class SafeSwitchServiceCollectionExtensions
{
    /// <summary>
    /// Registers the guarded model whose bundle a package has put beside the application, and an <see cref="IChatClient"/> over it. Say next
    /// which backend loads it: <c>services.AddSafeSwitch().UseOnnxRuntime()</c>.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is an <see cref="IChatClient"/> already, and one of both would hide the other.</exception>
    public static SafeSwitchBuilder AddSafeSwitch(this IServiceCollection services) => services.AddSafeSwitch("", static _ => { });

    /// <summary>
    /// Registers a guarded model and an <see cref="IChatClient"/> over it. Say next which backend loads it:
    /// <c>services.AddSafeSwitch(o => o.BundlePath = "models/my-model").UseOnnxRuntime()</c>.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is an <see cref="IChatClient"/> already, and one of both would hide the other.</exception>
    public static SafeSwitchBuilder AddSafeSwitch(this IServiceCollection services, Action<SafeSwitchOptions> configure) =>
        services.AddSafeSwitch("", configure);

    /// <summary>Registers a guarded model from configuration; its policies may change while the host runs.</summary>
    /// <exception cref="InvalidOperationException">There is an <see cref="IChatClient"/> already, and one of both would hide the other.</exception>
    public static SafeSwitchBuilder AddSafeSwitch(this IServiceCollection services, IConfiguration configuration) =>
        services.AddSafeSwitch("", configuration);

    /// <summary>Registers one of several guarded models; its services are keyed by <paramref name="name"/>.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="name">The key. Empty for the only model, whose services are also registered without a key.</param>
    /// <param name="configure">Sets the options.</param>
    /// <exception cref="InvalidOperationException">There is a guarded model, or another chat client, of that name already.</exception>
    public static SafeSwitchBuilder AddSafeSwitch(this IServiceCollection services, string name, Action<SafeSwitchOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return Add(services, name, null, configure);
    }

    /// <summary>Registers one of several guarded models from configuration; its services are keyed by <paramref name="name"/>.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="name">The key. Empty for the only model, whose services are also registered without a key.</param>
    /// <param name="configuration">A section with the options, and nothing else.</param>
    /// <exception cref="InvalidOperationException">There is a guarded model, or another chat client, of that name already.</exception>
    public static SafeSwitchBuilder AddSafeSwitch(this IServiceCollection services, string name, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return Add(services, name, configuration, null);
    }

    /// <summary>
    /// Reports guarded models: healthy once a request was answered and looked at (the first check does it, unless the start has),
    /// degraded while a change of the configuration is refused and the policies before it hold.
    /// </summary>
    /// <param name="builder">Where to.</param>
    /// <param name="modelName">The guarded model; <see langword="null"/> for all of them.</param>
    /// <param name="name">Name of the check.</param>
    /// <param name="failureStatus">What a model that can't answer is reported as; unhealthy by default.</param>
    /// <param name="tags">Tags of the check, such as <c>ready</c>.</param>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is <see langword="null"/>.</exception>
    public static IHealthChecksBuilder AddSafeSwitch(
        this IHealthChecksBuilder builder, string? modelName = null, string name = "safeswitch", HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(name, provider => new SafeSwitchHealthCheck(provider, modelName), failureStatus, tags));
    }

    private static SafeSwitchBuilder Add(IServiceCollection services, string name, IConfiguration? configuration, Action<SafeSwitchOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        if (services.Any(s => s.ServiceType == typeof(ModelRegistration) && (s.ImplementationInstance as ModelRegistration)?.Name == name))
            throw new InvalidOperationException($"There is already a guarded model '{name}'; give each a name of its own: AddSafeSwitch(name, …).");
        if (services.Any(s => s.ServiceType == typeof(IChatClient) && (s.IsKeyedService ? Equals(s.ServiceKey, name) : name.Length == 0)))
        {
            throw new InvalidOperationException(name.Length == 0
                ? "There is an IChatClient already, and one of both would hide the other. Register it by key, or the guarded model by name: AddSafeSwitch(name, …)."
                : $"There is an IChatClient of the key '{name}' already, and one of both would hide the other; expected a key of its own for each.");
        }

        var registration = new ModelRegistration(name, services, configuration);
        services.AddSingleton(registration);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SafeSwitchStarter>());
        CheckedOptions.Add(services, name, configuration, registration.Sections, configure, registration.PathOf);

        services.AddKeyedSingleton(name, (provider, _) => new HostedModel(provider, registration));
        services.AddKeyedSingleton(name, (provider, _) => provider.GetRequiredKeyedService<HostedModel>(name).Load());
        services.AddKeyedSingleton(name, (provider, _) => provider.GetRequiredKeyedService<HostedModel>(name).Guard());
        registration.ChatClients.Add(ServiceDescriptor.KeyedSingleton(name, (provider, _) => registration.WrapClient(
            provider, new SafeSwitchChatClient(provider.GetRequiredKeyedService<GuardedModel>(name)))));
        services.AddKeyedSingleton<ISafetyClassifier>(name, (provider, _) =>
            registration.Judge?.Invoke(provider, new ModelClassifier(provider.GetRequiredKeyedService<GuardedModel>(name)))
            ?? new ModelClassifier(provider.GetRequiredKeyedService<GuardedModel>(name)));
        if (name.Length == 0)
        {
            services.AddSingleton(provider => provider.GetRequiredKeyedService<GuardedModel>(""));
            services.AddSingleton(provider => provider.GetRequiredKeyedService<ISafetyClassifier>(""));
            registration.ChatClients.Add(ServiceDescriptor.Singleton(provider => provider.GetRequiredKeyedService<IChatClient>("")));
        }

        foreach (var client in registration.ChatClients)
            services.Add(client);

        return new SafeSwitchBuilder(services, registration);
    }
}
