using System.Diagnostics.CodeAnalysis;
using SafeSwitch.Settings;

namespace SafeSwitch.Policies;

/// <summary>
/// The policies of a guarded model at one moment, by name, and which of them holds for requests that name none. Immutable: it takes
/// copies and gives copies away. Names are compared without case, as configuration does.
/// </summary>
public sealed class PolicySet
{
    private readonly Dictionary<string, SafetyPolicy> policies = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A set of policies.</summary>
    /// <param name="policies">Each with its name.</param>
    /// <param name="defaultPolicy">The policy of requests that name none.</param>
    /// <exception cref="ArgumentException">Two names are equal but for their case, or the default is none of them.</exception>
    public PolicySet(IEnumerable<KeyValuePair<string, SafetyPolicy>> policies, string defaultPolicy)
    {
        ArgumentNullException.ThrowIfNull(policies);
        foreach (var (name, policy) in policies)
        {
            if (!this.policies.TryAdd(name, policy.Clone()))
                throw new ArgumentException($"There are two policies named '{name}' (case does not count).", nameof(policies));
        }

        DefaultPolicy = defaultPolicy;
        _ = Get(defaultPolicy);
    }

    /// <summary>The policy of requests that name none.</summary>
    public string DefaultPolicy { get; }

    /// <summary>Every policy's name, the host's own among them.</summary>
    public IReadOnlyCollection<string> Names => policies.Keys;

    /// <summary>A copy of the policy of that name.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out SafetyPolicy? policy)
    {
        policy = policies.GetValueOrDefault(name)?.Clone();
        return policy is not null;
    }

    /// <summary>A copy of the policy of that name; <see langword="null"/> asks for the default one.</summary>
    /// <exception cref="ArgumentException">There is no policy of that name.</exception>
    public SafetyPolicy Get(string? name) =>
        TryGet(name ?? DefaultPolicy, out var policy)
            ? policy
            : throw new ArgumentException($"There is no policy '{name}'; expected {KnownNames.OneOf(name!, Names)}.", nameof(name));

    /// <summary>The name of a policy as the set has it, whatever its case; <see langword="null"/> asks for the default one's.</summary>
    internal string NameOf(string? name) => policies.Keys.First(k => k.Equals(name ?? DefaultPolicy, StringComparison.OrdinalIgnoreCase));
}
