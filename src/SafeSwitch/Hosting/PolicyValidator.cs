using Microsoft.Extensions.Options;
using SafeSwitch.Bundles;
using SafeSwitch.Policies;

namespace SafeSwitch.Hosting;

/// <summary>Refuses policies that make no sense, on their own or for their bundle, naming every field.</summary>
internal sealed class PolicyValidator(BundleCatalog bundles) : IValidateOptions<SafetyPolicy>
{
    public ValidateOptionsResult Validate(string? name, SafetyPolicy options)
    {
        var (model, policy) = PolicyOptionsName.Split(name ?? Options.DefaultName);
        var faults = PolicyRules.Check(options).Concat(ManifestRules.CheckAgainst(options, bundles.Get(model).Manifest))
            .Select(f => $"SafeSwitch policy '{policy}': {f.Field}: found {f.Found}, expected {f.Expected}.")
            .ToArray();
        return faults.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
