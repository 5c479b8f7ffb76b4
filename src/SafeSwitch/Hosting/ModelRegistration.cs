using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using SafeSwitch.Classifying;
using SafeSwitch.Guard.Interventions;
using SafeSwitch.Policies;

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

    /// <summary>How <see cref="IChatClient"/> is registered without a key; <see langword="null"/> for a model with a name.</summary>
    public ServiceDescriptor? ChatClient { get; set; }

    /// <summary>The model whose loaded bundle this one uses; <see langword="null"/> if it loads its own.</summary>
    public string? SharedWith { get; set; }

    public bool HasBackend { get; set; }

    public bool HasMonitor { get; set; }

    /// <summary>What asks a judge about what the probe is not sure of; <see langword="null"/> if nobody is asked.</summary>
    public Func<IServiceProvider, ISafetyClassifier, ISafetyClassifier>? Judge { get; set; }

    public bool HasAudit { get; set; }

    /// <summary>Whether a later registration hides this model's client: the container gives the last one.</summary>
    public bool IsHidden => ChatClient is not null && services.Last(s => s.ServiceType == typeof(IChatClient) && !s.IsKeyedService) != ChatClient;

    /// <summary>How errors call a setting of this model.</summary>
    public string PathOf(string setting) =>
        (Configuration as IConfigurationSection)?.Path is { Length: > 0 } path ? $"{path}:{setting}"
        : Name.Length > 0 ? $"'{Name}': {setting}"
        : setting;
}
