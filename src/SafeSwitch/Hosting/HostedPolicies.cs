using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using SafeSwitch.Bundles;
using SafeSwitch.Guard;
using SafeSwitch.Policies;
using SafeSwitch.Settings;

namespace SafeSwitch.Hosting;

/// <summary>
/// The policies of one guarded model as they are now: the bundle's, changed and added to by the host. They change all together or not
/// at all: after a change of the configuration that can't be used, the last good ones stay.
/// </summary>
internal sealed partial class HostedPolicies : IDisposable
{
    private readonly ModelRegistration registration;
    private readonly BundleManifest manifest;
    private readonly IOptionsFactory<SafeSwitchOptions> options;
    private readonly ILogger logger;
    private readonly Lock reloading = new();
    private readonly string bundlePath;
    private readonly IDisposable? changes;
    private GuardedModel? guard;
    private volatile PolicySet current;
    private volatile SettingsException? refusal;

    /// <exception cref="SettingsException">What the host has set can't be used.</exception>
    public HostedPolicies(ModelRegistration registration, BundleManifest manifest, IOptionsFactory<SafeSwitchOptions> options, ILogger logger)
    {
        this.registration = registration;
        this.manifest = manifest;
        this.options = options;
        this.logger = logger;
        bundlePath = options.Create(registration.Name).BundlePath;
        current = Build();
        if (registration.Configuration is { } configuration)
            changes = ChangeToken.OnChange(configuration.GetReloadToken, Reload);
    }

    /// <summary>Finds what is wrong with the host's policies by themselves, where there is no bundle to build them on.</summary>
    public static IEnumerable<SettingProblem> CheckAlone(ModelRegistration registration)
    {
        var problems = new List<SettingProblem>();
        foreach (var section in registration.Configuration?.GetSection(ModelRegistration.PoliciesSection).GetChildren() ?? [])
        {
            var policy = new SafetyPolicy();
            SettingsBinder.Bind(section, policy, [], problems);
            problems.AddRange(policy.Check().Select(p => p with { Setting = $"{section.Path}:{p.Setting}" }));
        }

        return problems;
    }

    public PolicySet Current => current;

    /// <summary>Why the last change of the configuration was refused; <see langword="null"/> if it was taken.</summary>
    public SettingsException? Refusal => refusal;

    /// <summary>From now on policies must also be ones that the loaded guard can carry out.</summary>
    /// <exception cref="SettingsException">One of the current policies is not.</exception>
    public void CheckWith(GuardedModel loaded)
    {
        lock (reloading)
        {
            guard = loaded;
            var problems = current.Names.SelectMany(n => loaded.Check(current.Get(n)).Select(p => At(n, p))).ToArray();
            if (problems.Length > 0)
                throw new SettingsException("SafeSwitch", problems);
        }
    }

    public void Dispose() => changes?.Dispose();

    private void Reload()
    {
        lock (reloading)
        {
            try
            {
                current = Build();
                refusal = null;
                LogTaken(registration.Name, string.Join(", ", current.Names), current.DefaultPolicy);
                if (options.Create(registration.Name).BundlePath != bundlePath)
                    LogRestart(registration.Name);
            }
#pragma warning disable CA1031 // Code of the host's runs here, on the thread that watches files: whatever it throws must not end the process.
            catch (Exception e)
#pragma warning restore CA1031
            {
                refusal = e as SettingsException ?? new SettingsException("SafeSwitch", [new SettingProblem(registration.PathOf("Policies"), e.Message, "settings that can be applied")], e);
                LogRefused(registration.Name, refusal.Message);
            }
        }
    }

    private PolicySet Build()
    {
        var chosen = options.Create(registration.Name);
        var problems = new List<SettingProblem>();
        var section = registration.Configuration?.GetSection(ModelRegistration.PoliciesSection);
        if (section?.Value is not null)
            problems.Add(new SettingProblem(section.Path, $"'{section.Value}'", "a section with policies in it"));

        var own = new Dictionary<string, SafetyPolicy>(manifest.Policies, StringComparer.OrdinalIgnoreCase);
        var names = own.Keys.Concat(section?.GetChildren().Select(c => c.Key) ?? []).Concat(registration.Policies.Select(p => p.Policy))
            .Distinct(StringComparer.OrdinalIgnoreCase);
        var policies = new Dictionary<string, SafetyPolicy>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in names)
        {
            var isOwn = own.TryGetValue(name, out var basis);
            var policy = (basis ??= own[manifest.DefaultPolicy]).Clone();
            if (section?.GetSection(name) is { } settings && settings.Exists())
                SettingsBinder.Bind(settings, policy, [], problems);
            else if (section?.GetChildren().Any(c => c.Key.Equals(name, StringComparison.OrdinalIgnoreCase)) == true)
                problems.Add(new SettingProblem($"{section.Path}:{name}", "nothing", "a section with the policy's settings"));
            foreach (var (_, configure) in registration.Policies.Where(p => p.Policy.Equals(name, StringComparison.OrdinalIgnoreCase)))
                configure(policy);
            if (!isOwn && KnownNames.Nearest(name, own.Keys) is { } near)
                LogNearName(registration.Name, name, near);

            policies[name] = policy;
            var faults = (guard?.Check(policy) ?? policy.Check().Concat(ManifestRules.CheckAgainst(policy, manifest))).Select(p => At(name, p)).ToArray();
            problems.AddRange(faults);
            if (isOwn && !policy.AllowWeaker && faults.Length == 0)
            {
                problems.AddRange(policy.WeakerThan(basis).Select(p => At(name, p with
                {
                    Expected = $"{p.Expected}, as the bundle's policy guards, or {nameof(SafetyPolicy.AllowWeaker)} set to true if less is meant",
                })));
            }
        }

        var defaultPolicy = chosen.DefaultPolicy ?? manifest.DefaultPolicy;
        if (!policies.ContainsKey(defaultPolicy))
            problems.Add(new SettingProblem(registration.PathOf(nameof(SafeSwitchOptions.DefaultPolicy)), $"'{defaultPolicy}'", KnownNames.OneOf(defaultPolicy, policies.Keys)));
        return problems.Count == 0 ? new PolicySet(policies, defaultPolicy) : throw new SettingsException("SafeSwitch", problems);
    }

    private SettingProblem At(string policy, SettingProblem problem) =>
        problem with { Setting = registration.PathOf($"{ModelRegistration.PoliciesSection}:{policy}:{problem.Setting}") };

    [LoggerMessage(1, LogLevel.Information, "Guarded model '{Model}': the configuration has changed. Policies: {Policies}; default: {DefaultPolicy}.")]
    private partial void LogTaken(string model, string policies, string defaultPolicy);

    [LoggerMessage(2, LogLevel.Error, "Guarded model '{Model}': the configuration has changed to something that can't be used; the last good policies stay. {Problems}")]
    private partial void LogRefused(string model, string problems);

    [LoggerMessage(3, LogLevel.Warning, "Guarded model '{Model}': BundlePath has changed; it takes effect after a restart.")]
    private partial void LogRestart(string model);

    [LoggerMessage(4, LogLevel.Warning, "Guarded model '{Model}': policy '{Policy}' is new, the host's own; did you mean the bundle's '{Near}'?")]
    private partial void LogNearName(string model, string policy, string near);
}
