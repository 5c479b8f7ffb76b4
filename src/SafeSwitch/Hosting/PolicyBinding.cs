using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using SafeSwitch.Policies;

namespace SafeSwitch.Hosting;

/// <summary>Binds a policy from the <c>Policies</c> section of its model's configuration.</summary>
internal sealed class PolicyBinding(IEnumerable<PolicySection> sections) : IConfigureNamedOptions<SafetyPolicy>
{
    public void Configure(SafetyPolicy options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, SafetyPolicy options)
    {
        var (model, policy) = PolicyOptionsName.Split(name ?? Options.DefaultName);
        foreach (var candidate in sections.Where(s => s.Model == model))
            candidate.Section.GetSection(policy).Bind(options);
    }
}
