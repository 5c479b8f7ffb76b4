using Microsoft.AspNetCore.Http;
using SafeSwitch.Policies;
using SafeSwitch.Server.Json;
using SafeSwitch.Server.Settings;
using SafeSwitch.Settings;

namespace SafeSwitch.Server.Models;

/// <summary>Which policies a request may name, of the policies as they are at one moment: those that the operator lists, none weaker than the floor.</summary>
internal sealed class AllowedPolicies
{
    private readonly Dictionary<string, string> names = new(StringComparer.OrdinalIgnoreCase);
    private readonly SafeSwitchServerOptions options;

    public AllowedPolicies(PolicySet set, SafeSwitchServerOptions options)
    {
        (Set, this.options) = (set, options);
        Problems = [.. Check()];
    }

    public PolicySet Set { get; }

    /// <summary>What is wrong with them; while something is, no request is answered.</summary>
    public IReadOnlyList<SettingProblem> Problems { get; }

    /// <inheritdoc cref="ServedModel.PolicyOf"/>
    public string Find(string? asked)
    {
        if (Problems.Count > 0)
            throw new SettingsException("SafeSwitchServer", Problems);
        if (asked is null)
            return Set.DefaultPolicy;
        return names.GetValueOrDefault(asked) ?? throw new ApiException(
            StatusCodes.Status403Forbidden, "policy_not_allowed", $"The request names a policy that it may not; expected {(names.Count == 0 ? "none" : $"none, or one of: {string.Join(", ", names.Values)}")}.", "safeswitch_policy");
    }

    private IEnumerable<SettingProblem> Check()
    {
        if (!Set.TryGet(options.Floor ?? Set.DefaultPolicy, out var floor))
        {
            yield return Unknown(nameof(options.Floor), options.Floor!);
            yield break;
        }

        foreach (var (setting, name) in options.Policies.Select(p => (nameof(options.Policies), p)).Prepend((nameof(Set.DefaultPolicy), Set.DefaultPolicy)))
        {
            if (!Set.TryGet(name, out var policy))
            {
                yield return Unknown(setting, name);
                continue;
            }

            if (setting == nameof(options.Policies))
                names[name] = name;
            foreach (var problem in policy.WeakerThan(floor))
                yield return problem with { Setting = $"{setting}:{name}:{problem.Setting}", Expected = $"{problem.Expected}, as the floor '{options.Floor ?? Set.DefaultPolicy}' guards" };
        }
    }

    private SettingProblem Unknown(string setting, string name) => new(setting, $"'{name}'", $"one of: {string.Join(", ", Set.Names)}");
}
