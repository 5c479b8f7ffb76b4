using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using SafeSwitch.Chat;
using SafeSwitch.Classifying;
using SafeSwitch.Guard.Interventions;
using SafeSwitch.Policies;
using SafeSwitch.Settings;

namespace SafeSwitch.Hosting;

/// <summary>What a host has said of one guarded model by the time its services are built.</summary>
/// <param name="name">Its key; empty for the only one.</param>
/// <param name="services">Where it was registered.</param>
/// <param name="configuration">Where its settings are; <see langword="null"/> if the host sets them in code.</param>
internal sealed class ModelRegistration(string name, IServiceCollection services, IConfiguration? configuration)
{
    public const string PoliciesSection = "Policies";

    public string Name { get; } = name;

    public IConfiguration? Configuration { get; } = configuration;

    /// <summary>The children of <see cref="Configuration"/> that are not options of the model itself.</summary>
    public List<string> Sections { get; } = [PoliciesSection];

    /// <summary>Policies that are changed in code, in the order in which that happens.</summary>
    public List<(string Policy, Action<SafetyPolicy> Configure)> Policies { get; } = [];

    /// <summary>Interventions of the host's.</summary>
    public Dictionary<string, Func<IServiceProvider, IIntervention>> Interventions { get; } = new(StringComparer.Ordinal);

    /// <summary>What is in front of the chat client, the outermost last.</summary>
    public List<Func<IServiceProvider, IChatClient, IChatClient>> Pipeline { get; } = [];

    /// <summary>How its <see cref="IChatClient"/> is registered: by its name and, for a model without one, without a key too.</summary>
    public List<ServiceDescriptor> ChatClients { get; } = [];

    /// <summary>The model whose loaded bundle this one uses; <see langword="null"/> if it loads its own.</summary>
    public string? SharedWith { get; set; }

    public bool HasBackend { get; set; }

    public bool HasMonitor { get; set; }

    /// <summary>What asks a judge about what the probe is not sure of; <see langword="null"/> if nobody is asked.</summary>
    public Func<IServiceProvider, ISafetyClassifier, ISafetyClassifier>? Judge { get; set; }

    public bool HasAudit { get; set; }

    /// <summary>Whether requests to a client are looked at by one of ours, or by ours in front of it.</summary>
    public static bool IsGuarded(IChatClient client) => client.GetService<SafeSwitchChatClient>() is not null || client.GetService<PromptGuardChatClient>() is not null;

    /// <summary>Puts what the host wants before the client.</summary>
    /// <exception cref="SettingsException">What came of it does not lead to the client.</exception>
    public IChatClient WrapClient(IServiceProvider provider, SafeSwitchChatClient own)
    {
        var client = Pipeline.Aggregate((IChatClient?)own, (inner, wrap) => wrap(provider, inner!));
        return client?.GetService<SafeSwitchChatClient>() == own ? client : throw new SettingsException("SafeSwitch", [new SettingProblem(
            PathOf(nameof(SafeSwitchBuilder.ConfigureChatClient)),
            $"{client?.GetType().Name ?? "null"}, which does not lead to the guarded client",
            $"a client over the one that was handed in, whose {nameof(IChatClient.GetService)} asks that one too")]);
    }

    /// <summary>Clients of others that the container gives in the place of this model's: of one key, the last one that was registered.</summary>
    public IEnumerable<IChatClient> FindHiding(IServiceProvider provider)
    {
        foreach (var own in ChatClients)
        {
            var last = services.LastOrDefault(s => s.ServiceType == typeof(IChatClient) && s.IsKeyedService == own.IsKeyedService && Equals(s.ServiceKey, own.ServiceKey));
            if (last is not null && last != own)
                yield return own.IsKeyedService ? provider.GetRequiredKeyedService<IChatClient>(own.ServiceKey) : provider.GetRequiredService<IChatClient>();
        }
    }

    /// <summary>How errors call a setting of this model.</summary>
    public string PathOf(string setting) =>
        (Configuration as IConfigurationSection)?.Path is { Length: > 0 } path ? $"{path}:{setting}"
        : Name.Length > 0 ? $"'{Name}': {setting}"
        : setting;
}
