using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using SafeSwitch.Classifying;
using SafeSwitch.Guard;
using SafeSwitch.Policies;
using SafeSwitch.Server.Json;
using SafeSwitch.Server.Settings;
using SafeSwitch.Settings;

namespace SafeSwitch.Server.Models;

/// <summary>A guarded model of the host as callers know it.</summary>
internal sealed class ServedModel(string name, IServiceProvider provider, SafeSwitchServerOptions options)
{
    private readonly GuardedModel guard = provider.GetRequiredKeyedService<GuardedModel>(name);
    private AllowedPolicies? allowed;

    /// <summary>What requests call it.</summary>
    public string Id => name.Length > 0 ? name : guard.Info.Name;

    /// <summary>It answers through the host's own middleware.</summary>
    public IChatClient Client { get; } = provider.GetRequiredKeyedService<IChatClient>(name);

    public ISafetyClassifier Classifier { get; } = provider.GetRequiredKeyedService<ISafetyClassifier>(name);

    /// <summary>The name of the policy that a request is guarded by.</summary>
    /// <param name="asked">What the request names; <see langword="null"/> for the default one.</param>
    /// <exception cref="ApiException">It may not be named.</exception>
    /// <exception cref="SettingsException">No request may be answered: the host's policies are weaker than its floor.</exception>
    public string PolicyOf(string? asked) => Allowed.Find(asked);

    /// <summary>What an audit calls its bundle.</summary>
    public string BundleDigest => guard.BundleDigest;

    /// <summary>The policies that a request may be guarded by, the default one first.</summary>
    public IEnumerable<(string Name, bool IsDefault, SafetyPolicy Policy)> PoliciesInUse()
    {
        var set = Allowed.Set;
        return options.Policies.Where(p => !p.Equals(set.DefaultPolicy, StringComparison.OrdinalIgnoreCase)).Prepend(set.DefaultPolicy)
            .Select(name => (name, name == set.DefaultPolicy, set.Get(name)));
    }

    /// <summary>What keeps the host's policies from being used as the server is set.</summary>
    public IEnumerable<SettingProblem> CheckPolicies() => Allowed.Problems;

    // The host's policies change all together, while it runs.
    private AllowedPolicies Allowed
    {
        get
        {
            var current = guard.Policies;
            var last = allowed;
            return last?.Set == current ? last : allowed = new AllowedPolicies(current, options);
        }
    }
}

/// <summary>Every guarded model that is served, loaded when somebody asks for one.</summary>
internal sealed class ServedModels(IServiceProvider provider, SafeSwitchServerOptions options)
{
    private readonly Lazy<IReadOnlyList<ServedModel>> all = new(() =>
        [.. (options.Models.Count == 0 ? [""] : options.Models).Select(name => new ServedModel(name, provider, options))]);

    public IReadOnlyList<ServedModel> All => all.Value;

    /// <exception cref="ApiException">There is none of that id.</exception>
    public ServedModel Get(string? id) => id is null ? All[0] : All.FirstOrDefault(m => m.Id == id) ?? throw new ApiException(
        StatusCodes.Status404NotFound, "model_not_found", $"There is no such model here; expected one of: {string.Join(", ", All.Select(m => m.Id))}.", "model");
}
