using Microsoft.Extensions.Options;
using SafeSwitch.Policies;

namespace SafeSwitch.Hosting;

/// <summary>A policy begins as the bundle has it (or as its default one, for a name that the bundle lacks); the host's settings follow.</summary>
internal sealed class PolicyDefaults(BundleCatalog bundles) : IConfigureNamedOptions<SafetyPolicy>
{
    public void Configure(SafetyPolicy options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, SafetyPolicy options)
    {
        var (model, policy) = PolicyOptionsName.Split(name ?? Options.DefaultName);
        var manifest = bundles.Get(model).Manifest;
        options.CopyFrom(manifest.Policies.GetValueOrDefault(policy) ?? manifest.Policies[manifest.DefaultPolicy]);
    }
}
