using Microsoft.Extensions.DependencyInjection;
using SafeSwitch.Backends;
using SafeSwitch.Guard.Interventions;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;

namespace SafeSwitch.Hosting;

/// <summary>Goes on from <c>AddSafeSwitch</c>: which backend, which monitor, which policies.</summary>
public sealed class SafeSwitchBuilder
{
    internal SafeSwitchBuilder(IServiceCollection services, string name)
    {
        Services = services;
        Name = name;
    }

    /// <summary>Where everything is registered.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Name of this guarded model among several in one host; empty for the only one.</summary>
    public string Name { get; }

    /// <summary>Loads the bundle with a backend. Backends' packages offer it as <c>UseOnnxRuntime()</c> and the like.</summary>
    public SafeSwitchBuilder UseBackend(Func<IServiceProvider, IBackend> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        Services.AddKeyedSingleton(Name, (provider, _) => factory(provider));
        return this;
    }

    /// <summary>Puts a monitor of the host's in the place of the bundle's probes.</summary>
    public SafeSwitchBuilder UseMonitor(Func<IServiceProvider, ISafetyMonitor> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        Services.AddKeyedSingleton(Name, (provider, _) => factory(provider));
        return this;
    }

    /// <summary>Adds an intervention of the host's, for policies whose <see cref="SafetyPolicy.CustomIntervention"/> names it.</summary>
    public SafeSwitchBuilder AddIntervention(string interventionName, Func<IServiceProvider, IIntervention> factory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(interventionName);
        ArgumentNullException.ThrowIfNull(factory);
        Services.AddSingleton(new AddedIntervention(Name, interventionName, factory));
        return this;
    }

    /// <summary>
    /// Changes a policy of the bundle's, or adds one. What is not set keeps the bundle's value; a new policy begins as the
    /// bundle's default one.
    /// </summary>
    public SafeSwitchBuilder ConfigurePolicy(string policyName, Action<SafetyPolicy> configure)
    {
        ArgumentException.ThrowIfNullOrEmpty(policyName);
        ArgumentNullException.ThrowIfNull(configure);
        Services.Configure(PolicyOptionsName.Join(Name, policyName), configure);
        Services.AddSingleton(new DeclaredPolicy(Name, policyName));
        return this;
    }
}

/// <summary>An intervention that the host added to one of its guarded models.</summary>
internal sealed record AddedIntervention(string Model, string Name, Func<IServiceProvider, IIntervention> Factory);
