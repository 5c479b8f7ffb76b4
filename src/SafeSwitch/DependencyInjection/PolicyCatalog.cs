using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using SafeSwitch.Monitoring;

namespace SafeSwitch.DependencyInjection;

/// <summary>The policies of one guarded model as they are now: the bundle's, changed and added to by the host.</summary>
internal sealed class PolicyCatalog(
    string model,
    BundleCatalog bundles,
    IOptionsMonitor<SafetyPolicy> policies,
    IEnumerable<PolicySection> sections,
    IEnumerable<DeclaredPolicy> declared)
{
    public SafetyPolicy? Find(string policy)
    {
        var isKnown = bundles.Get(model).Manifest.Policies.ContainsKey(policy)
            || declared.Any(d => d.Model == model && d.Policy == policy)
            || sections.Any(s => s.Model == model && s.Section.GetSection(policy).Exists());
        return isKnown ? policies.Get(PolicyOptionsName.Join(model, policy)) : null;
    }
}
