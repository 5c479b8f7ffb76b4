using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using SafeSwitch.Auditing;
using SafeSwitch.Backends;
using SafeSwitch.Classifying;
using SafeSwitch.Guard.Interventions;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Settings;

namespace SafeSwitch.Hosting;

/// <summary>Goes on from <c>AddSafeSwitch</c>: which backend, which monitor, which policies.</summary>
public sealed class SafeSwitchBuilder
{
    private readonly ModelRegistration registration;

    internal SafeSwitchBuilder(IServiceCollection services, ModelRegistration registration)
    {
        Services = services;
        this.registration = registration;
    }

    /// <summary>Where everything is registered.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Name of this guarded model among several in one host; empty for the only one.</summary>
    public string Name => registration.Name;

    /// <summary>Loads the bundle with a backend. Backends' packages offer it as <c>UseOnnxRuntime()</c> and the like.</summary>
    /// <exception cref="InvalidOperationException">The model has a backend already, or shares another one's.</exception>
    public SafeSwitchBuilder UseBackend(Func<IServiceProvider, IBackend> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        if (registration.HasBackend || registration.SharedWith is not null)
            throw new InvalidOperationException($"{Describe()} already has a backend, or uses another model's; expected one of both, once.");
        registration.HasBackend = true;
        Services.AddKeyedSingleton(Name, (provider, _) => factory(provider));
        return this;
    }

    /// <summary>
    /// Loads the bundle with a backend that has options: they are read from a section of the model's configuration, strictly, then set
    /// in code, then checked, all before the model is loaded.
    /// </summary>
    /// <typeparam name="TOptions">The options; named options of the container, by <see cref="Name"/>.</typeparam>
    /// <param name="section">Name of the section beside <c>BundlePath</c>.</param>
    /// <param name="configure">Sets them; <see langword="null"/> for what the configuration says.</param>
    /// <param name="factory">Makes the backend.</param>
    /// <exception cref="InvalidOperationException">The model has a backend already, or shares another one's.</exception>
    public SafeSwitchBuilder UseBackend<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor | DynamicallyAccessedMemberTypes.PublicProperties)] TOptions>(
        string section, Action<TOptions>? configure, Func<IServiceProvider, TOptions, IBackend> factory)
        where TOptions : class, ICheckedSettings
    {
        ArgumentException.ThrowIfNullOrEmpty(section);
        ArgumentNullException.ThrowIfNull(factory);
        UseBackend(provider => factory(provider, provider.GetRequiredService<IOptionsFactory<TOptions>>().Create(Name)));
        registration.Sections.Add(section);
        CheckedOptions.Add(Services, Name, registration.Configuration?.GetSection(section), [], configure, setting => registration.PathOf($"{section}:{setting}"));
        return this;
    }

    /// <summary>
    /// Uses the bundle that another guarded model of this host has loaded, under policies and with a monitor of its own. It begins with
    /// that bundle's policies.
    /// </summary>
    /// <param name="name">The other model's name.</param>
    /// <exception cref="InvalidOperationException">The model has a backend of its own.</exception>
    public SafeSwitchBuilder UseModelOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (registration.HasBackend || registration.SharedWith is not null || name == Name)
            throw new InvalidOperationException($"{Describe()} already has a backend, or uses another model's; expected one of both, once.");
        registration.SharedWith = name;
        return this;
    }

    /// <summary>Puts a monitor of the host's in the place of the bundle's probes.</summary>
    /// <exception cref="InvalidOperationException">There is one already.</exception>
    public SafeSwitchBuilder UseMonitor(Func<IServiceProvider, ISafetyMonitor> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        if (registration.HasMonitor)
            throw new InvalidOperationException($"{Describe()} already has a monitor, expected one.");
        registration.HasMonitor = true;
        Services.AddKeyedSingleton(Name, (provider, _) => factory(provider));
        return this;
    }

    /// <summary>Adds an intervention of the host's, for policies whose <see cref="SafetyPolicy.CustomIntervention"/> names it.</summary>
    /// <exception cref="InvalidOperationException">There is one of that name already.</exception>
    public SafeSwitchBuilder AddIntervention(string interventionName, Func<IServiceProvider, IIntervention> factory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(interventionName);
        ArgumentNullException.ThrowIfNull(factory);
        if (!registration.Interventions.TryAdd(interventionName, factory))
            throw new InvalidOperationException($"{Describe()} already has an intervention '{interventionName}', expected every name once.");
        return this;
    }

    /// <summary>
    /// Asks a second model about conversations whose prompt score is in a grey band: for <see cref="ISafetyClassifier"/> and clients with
    /// <c>UseSafeSwitch</c> in front. (The guard of the model itself does not: it decides by hidden states, in its own time.)
    /// </summary>
    /// <param name="judge">The second model.</param>
    /// <param name="configure">Sets the band and the limits.</param>
    /// <exception cref="InvalidOperationException">There is one already.</exception>
    public SafeSwitchBuilder UseJudge(Func<IServiceProvider, IChatClient> judge, Action<JudgeOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(judge);
        if (registration.Judge is not null)
            throw new InvalidOperationException($"{Describe()} already has a judge, expected one.");
        const string Section = "Judge";
        registration.Sections.Add(Section);
        CheckedOptions.Add(Services, Name, registration.Configuration?.GetSection(Section), [], configure, setting => registration.PathOf($"{Section}:{setting}"));
        registration.Judge = (provider, classifier) => new JudgedClassifier(
            classifier, judge(provider), provider.GetRequiredService<IOptionsFactory<JudgeOptions>>().Create(Name), provider.GetRequiredService<TimeProvider>());
        return this;
    }

    /// <summary>Gives a record of every request to a sink of the host's.</summary>
    /// <exception cref="InvalidOperationException">There is one already.</exception>
    public SafeSwitchBuilder UseAudit(Func<IServiceProvider, IAuditSink> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        if (registration.HasAudit)
            throw new InvalidOperationException($"{Describe()} already has an audit, expected one.");
        registration.HasAudit = true;
        Services.AddKeyedSingleton(Name, (provider, _) => factory(provider));
        return this;
    }

    /// <summary>
    /// Writes a record of every request to a file, as the section <c>Audit</c> of the model's configuration says: scores and what came of
    /// them, no text. Thresholds can be set by it later.
    /// </summary>
    /// <param name="configure">Sets where and how much, over the configuration; <see langword="null"/> for that or the defaults.</param>
    /// <exception cref="InvalidOperationException">There is an audit already.</exception>
    public SafeSwitchBuilder UseAuditFile(Action<AuditFileOptions>? configure = null)
    {
        const string Section = "Audit";
        UseAudit(provider => new AuditFile(
            provider.GetRequiredService<IOptionsFactory<AuditFileOptions>>().Create(Name),
            provider.GetService<IHostEnvironment>()?.ContentRootPath,
            provider.GetRequiredService<TimeProvider>()));
        registration.Sections.Add(Section);
        CheckedOptions.Add(Services, Name, registration.Configuration?.GetSection(Section), [], configure, setting => registration.PathOf($"{Section}:{setting}"));
        return this;
    }

    /// <summary>
    /// Changes a policy of the bundle's, or adds one. What is not set keeps the bundle's value; a new policy begins as the
    /// bundle's default one. Names are compared without case. What is set here goes over the configuration.
    /// </summary>
    /// <param name="policyName">The policy.</param>
    /// <param name="configure">Sets it; called again whenever the configuration changes.</param>
    /// <exception cref="ArgumentNullException"><paramref name="configure"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="policyName"/> is <see langword="null"/> or empty.</exception>
    public SafeSwitchBuilder ConfigurePolicy(string policyName, Action<SafetyPolicy> configure)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(policyName);
        ArgumentNullException.ThrowIfNull(configure);
        registration.Policies.Add((policyName, configure));
        return this;
    }

    /// <summary>
    /// Puts middleware before the chat client, such as <c>(provider, client) => client.AsBuilder().UseOpenTelemetry().Build(provider)</c>.
    /// </summary>
    /// <exception cref="ArgumentNullException"><paramref name="wrap"/> is <see langword="null"/>.</exception>
    public SafeSwitchBuilder ConfigureChatClient(Func<IServiceProvider, IChatClient, IChatClient> wrap)
    {
        ArgumentNullException.ThrowIfNull(wrap);
        registration.Pipeline.Add(wrap);
        return this;
    }

    /// <summary>Puts middleware before the chat client: <c>ConfigureChatClient(c => c.UseFunctionInvocation().UseOpenTelemetry())</c>.</summary>
    public SafeSwitchBuilder ConfigureChatClient(Action<ChatClientBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return ConfigureChatClient((provider, client) =>
        {
            var pipeline = client.AsBuilder();
            configure(pipeline);
            return pipeline.Build(provider);
        });
    }

    private string Describe() => Name.Length == 0 ? "The guarded model" : $"The guarded model '{Name}'";
}

/// <summary>An intervention that the host added to one of its guarded models.</summary>
internal sealed record AddedIntervention(string Model, string Name, Func<IServiceProvider, IIntervention> Factory);
