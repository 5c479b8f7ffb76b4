using SafeSwitch.Bundles;
using SafeSwitch.Onnx.Files;
using SafeSwitch.Policies;
using SafeSwitch.Training.Adapters;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Calibration;

/// <summary>The bundle that a folder is already when something is calibrated in it: what was not asked about stays as it is.</summary>
/// <param name="folder">The folder.</param>
/// <param name="manifest">What stands in it; <see langword="null"/> for a folder that is no bundle yet.</param>
/// <param name="removed">Names of policies that are taken out.</param>
internal sealed class StandingBundle(string folder, BundleManifest? manifest, IReadOnlyList<string> removed)
{
    private readonly Dictionary<string, SafetyPolicy> policies = new(
        (manifest?.Policies ?? new Dictionary<string, SafetyPolicy>()).Where(p => !removed.Contains(p.Key, StringComparer.OrdinalIgnoreCase)), StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<ProbeDescription> Probes => manifest?.Probes ?? [];

    public IReadOnlyList<AdapterDescription> Adapters => manifest?.Adapters ?? [];

    public IReadOnlyDictionary<string, SafetyPolicy> Policies => policies;

    public Provenance? Provenance => manifest?.Provenance;

    /// <summary>Its default policy; <see langword="null"/> if it is taken out, or there is no bundle.</summary>
    public string? DefaultPolicy => manifest is not null && policies.ContainsKey(manifest.DefaultPolicy) ? manifest.DefaultPolicy : null;

    /// <summary>Holds what is to be calibrated against what stands.</summary>
    /// <exception cref="DataException">A part was trained again since and a policy that stays goes by it, or a policy to take out is not there.</exception>
    /// <exception cref="ExistingFileException">A policy has thresholds of these very probes.</exception>
    public void Check(IReadOnlyList<ProbeRecord> probes, AdapterRecord? adapter, CalibrationOptions options, bool overwrite)
    {
        if (manifest is null)
            return;
        if (removed.FirstOrDefault(n => manifest.Policies.Keys.All(k => !k.Equals(n, StringComparison.OrdinalIgnoreCase))) is { } unknown)
            throw new DataException($"'{folder}' has no policy '{unknown}' to take out, found {string.Join(", ", manifest.Policies.Keys)}.");
        foreach (var (name, file, sha) in Probes.Where(p => probes.All(c => c.Description.Name != p.Name)).Select(p => (p.Name, p.File, p.Sha256))
            .Concat(Adapters.Where(a => a.Name != adapter?.Description.Name).Select(a => (a.Name, a.File, a.Sha256))))
        {
            var path = Path.Combine(folder, file);
            if (!File.Exists(path) || DataFile.Sha256(path) != sha)
                throw new DataException($"'{path}' is not the file that the bundle was calibrated with, by its SHA-256: '{name}' was trained again or changed since. Calibrate with it too, or bring the file back.");
        }

        var asked = options.Bounds.Select(b => b.Policy).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var probe in probes.Select(p => p.Description).Where(p => Probes.Any(s => s.Name == p.Name && s.Sha256 != p.Sha256)))
        {
            if (policies.FirstOrDefault(p => !asked.Contains(p.Key) && Uses(p.Value, probe)) is { Key: { } stale })
            {
                throw new DataException(
                    $"Policy '{stale}' has a threshold of the probe '{probe.Name}' as it was before it was trained again, which means nothing for the new one. Calibrate '{stale}' in the same call, or take it out.");
            }
        }

        if (!overwrite && options.Bounds.FirstOrDefault(b => policies.TryGetValue(b.Policy, out var policy) && Uses(policy, probes[0].Description)) is { } taken)
            throw new ExistingFileException(Path.Combine(folder, Bundle.ManifestFile), $"its policy '{taken.Policy}' has a threshold of the probe '{probes[0].Description.Name}' already; expected a policy of another name.");
    }

    /// <summary>Whether a policy's own prompt threshold is of a probe.</summary>
    public bool IsOwn(SafetyPolicy policy, string probe) => (policy.Probe ?? First(MonitorStage.Prompt) ?? probe) == probe;

    /// <summary>The first probe of a stage, which policies that name none go by.</summary>
    public string? First(MonitorStage stage) => Probes.FirstOrDefault(p => p.Stage == stage)?.Name;

    private bool Uses(SafetyPolicy policy, ProbeDescription probe) => probe.Stage == MonitorStage.Prompt
        ? IsOwn(policy, probe.Name) || policy.Guards?.Any(g => (g.Value.Probe ?? g.Key) == probe.Name) == true
        : (policy.ResponseProbe ?? First(MonitorStage.Response)) == probe.Name;
}
