using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.Chat;
using SafeSwitch.Guard;
using SafeSwitch.Hosting;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers guarded models.</summary>
public static class SafeSwitchServiceCollectionExtensions
{
    /// <summary>
    /// Registers a guarded model and an <see cref="IChatClient"/> over it. Say next which backend loads it:
    /// <c>services.AddSafeSwitch(o => o.BundlePath = "models/my-model").UseOnnxRuntime()</c>.
    /// </summary>
    public static SafeSwitchBuilder AddSafeSwitch(this IServiceCollection services, Action<SafeSwitchOptions> configure) =>
        services.AddSafeSwitch("", configure);

    /// <summary>Registers a guarded model from configuration; its <c>Policies</c> section may change while the host runs.</summary>
    public static SafeSwitchBuilder AddSafeSwitch(this IServiceCollection services, IConfiguration configuration) =>
        services.AddSafeSwitch("", configuration);

    /// <summary>Registers one of several guarded models; its services are keyed by <paramref name="name"/>.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="name">The key; no slash in it. Empty for the only model, whose services are also registered without a key.</param>
    /// <param name="configure">Sets the options.</param>
    public static SafeSwitchBuilder AddSafeSwitch(this IServiceCollection services, string name, Action<SafeSwitchOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var builder = AddCore(services, name);
        services.Configure(name, configure);
        return builder;
    }

    /// <summary>Registers one of several guarded models from configuration; its services are keyed by <paramref name="name"/>.</summary>
    public static SafeSwitchBuilder AddSafeSwitch(this IServiceCollection services, string name, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var builder = AddCore(services, name);
        services.AddOptions<SafeSwitchOptions>(name).Bind(configuration);

        services.AddSingleton(new PolicySection(name, configuration.GetSection("Policies")));
        return builder;
    }

    private static SafeSwitchBuilder AddCore(IServiceCollection services, string name)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        if (name.Contains('/', StringComparison.Ordinal))
            throw new ArgumentException($"Name of a guarded model: found '{name}', expected one without a slash.", nameof(name));

        services.AddOptions();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<BundleCatalog>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<SafetyPolicy>, PolicyDefaults>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<SafetyPolicy>, PolicyBinding>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SafetyPolicy>, PolicyValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SafeSwitchOptions>, SafeSwitchOptionsValidator>());
        services.AddOptions<SafeSwitchOptions>(name).ValidateOnStart();

        services.AddKeyedSingleton(name, (provider, _) => LoadModel(provider, name));
        services.AddKeyedSingleton<IChatClient>(name, (provider, _) => new SafeSwitchChatClient(provider.GetRequiredKeyedService<GuardedModel>(name)));
        if (name.Length == 0)
        {
            services.TryAddSingleton(provider => provider.GetRequiredKeyedService<GuardedModel>(""));
            services.TryAddSingleton(provider => provider.GetRequiredKeyedService<IChatClient>(""));
        }

        return new SafeSwitchBuilder(services, name);
    }

    private static GuardedModel LoadModel(IServiceProvider provider, string name)
    {
        var options = provider.GetRequiredService<IOptionsMonitor<SafeSwitchOptions>>().Get(name);
        var backend = provider.GetKeyedService<IBackend>(name) ?? throw new InvalidOperationException(
            "SafeSwitch has no backend. Add a backend's package and its call after AddSafeSwitch(…), such as UseOnnxRuntime().");
        var catalog = new PolicyCatalog(
            name,
            provider.GetRequiredService<BundleCatalog>(),
            provider.GetRequiredService<IOptionsMonitor<SafetyPolicy>>(),
            provider.GetRequiredService<IOptionsMonitorCache<SafetyPolicy>>(),
            provider.GetServices<PolicySection>(),
            provider.GetServices<DeclaredPolicy>());

        var bundle = Bundle.Open(options.BundlePath);
        var defaultPolicy = options.DefaultPolicy ?? bundle.Manifest.DefaultPolicy;
        foreach (var policy in bundle.Manifest.Policies.Keys.Append(defaultPolicy))
        {
            if (catalog.Find(policy) is null)
                throw new OptionsValidationException(name, typeof(SafeSwitchOptions), [$"SafeSwitch: DefaultPolicy: found '{policy}', expected one of: {string.Join(", ", bundle.Manifest.Policies.Keys)}."]);
        }

        return new GuardedModel(
            backend.Load(bundle),
            provider.GetKeyedService<ISafetyMonitor>(name),
            catalog.Find,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<ILogger<GuardedModel>>())
        {
            DefaultPolicy = defaultPolicy,
            Interventions = provider.GetServices<AddedIntervention>().Where(i => i.Model == name).ToDictionary(i => i.Name, i => i.Factory(provider)),
        };
    }
}
