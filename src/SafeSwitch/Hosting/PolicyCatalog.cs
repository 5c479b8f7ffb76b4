using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using SafeSwitch.Policies;

namespace SafeSwitch.Hosting;

/// <summary>The policies of one guarded model as they are now: the bundle's, changed and added to by the host.</summary>
internal sealed class PolicyCatalog
{
    private readonly string model;
    private readonly BundleCatalog bundles;
    private readonly IOptionsMonitor<SafetyPolicy> policies;
    private readonly PolicySection[] sections;
    private readonly DeclaredPolicy[] declared;

    public PolicyCatalog(
        string model,
        BundleCatalog bundles,
        IOptionsMonitor<SafetyPolicy> policies,
        IOptionsMonitorCache<SafetyPolicy> cache,
        IEnumerable<PolicySection> sections,
        IEnumerable<DeclaredPolicy> declared)
    {
        this.model = model;
        this.bundles = bundles;
        this.policies = policies;
        this.sections = [.. sections.Where(s => s.Model == model)];
        this.declared = [.. declared.Where(d => d.Model == model)];

        // A change token stands for one options name; a reload can touch, or bring, a policy of any name.
        foreach (var section in this.sections)
            ChangeToken.OnChange(section.Section.GetReloadToken, cache.Clear);
    }

    public SafetyPolicy? Find(string policy)
    {
        var isKnown = bundles.Get(model).Manifest.Policies.ContainsKey(policy)
            || declared.Any(d => d.Policy == policy)
            || sections.Any(s => s.Section.GetSection(policy).Exists());
        return isKnown ? policies.Get(PolicyOptionsName.Join(model, policy)) : null;
    }
}
