using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using SafeSwitch.Monitoring;

namespace SafeSwitch.DependencyInjection;

/// <summary>Tells the options system that policies may have changed when their configuration was reloaded.</summary>
internal sealed class PolicyChanges(IConfiguration configuration) : IOptionsChangeTokenSource<SafetyPolicy>
{
    // Null stands for every name: a reload can touch any policy.
    public string? Name => null;

    public IChangeToken GetChangeToken() => configuration.GetReloadToken();
}
