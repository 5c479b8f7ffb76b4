using SafeSwitch.Bundles;
using SafeSwitch.Policies;
using SafeSwitch.Training.Adapters;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Calibration;

/// <summary>Everything that <c>safeswitch.json</c> puts together.</summary>
internal sealed record BundleParts
{
    /// <summary>The decoder.</summary>
    public required DecoderDescription Decoder { get; init; }

    /// <summary>The probes; that of the prompt stage first.</summary>
    public required IReadOnlyList<CalibratedProbe> Probes { get; init; }

    /// <summary>The refusal adapter; <see langword="null"/> for policies that refuse without one.</summary>
    public AdapterRecord? Adapter { get; init; }

    /// <summary>What stands in the folder, which these parts are added to.</summary>
    internal StandingBundle? Standing { get; init; }

    /// <summary>Whether the default policy of what stands becomes the one that was calibrated for.</summary>
    public bool SetsDefault { get; init; }

    /// <summary>What the thresholds were chosen for.</summary>
    public required CalibrationOptions Calibration { get; init; }

    /// <summary>The seed that training went by.</summary>
    public required int Seed { get; init; }

    /// <summary>The data sets that the states are of.</summary>
    public required IReadOnlyList<DataSetRecord> DataSets { get; init; }

    /// <summary>Writes <c>safeswitch.json</c>; the folder is a bundle from then on.</summary>
    /// <param name="folder">The folder of the parts.</param>
    /// <exception cref="BundleException">The parts don't fit together.</exception>
    public Bundle WriteTo(string folder)
    {
        var standing = Standing ?? new StandingBundle(folder, null, []);
        var metrics = new Dictionary<string, double>(standing.Provenance?.Metrics ?? new Dictionary<string, double>());
        foreach (var (name, value) in Metrics())
            metrics[name] = value;
        var policies = new Dictionary<string, SafetyPolicy>(standing.Policies, StringComparer.OrdinalIgnoreCase);
        foreach (var bound in Calibration.Bounds)
            policies[bound.Policy] = Policy(bound, standing);
        Bundle.Write(folder, new BundleManifest
        {
            Schema = BundleManifest.CurrentSchema,
            Decoder = Decoder,
            Files = FileDigest.OfFolder(folder),
            Probes = Merge(standing.Probes, Probes.Select(p => p.Description), p => p.Name, (old, now) => now with { Calibration = Kept(old, now) }),
            Adapters = Merge(standing.Adapters, Adapter is null ? [] : [Adapter.Description], a => a.Name, (_, now) => now),
            Policies = policies,
            DefaultPolicy = SetsDefault ? Calibration.DefaultPolicy : standing.DefaultPolicy ?? Calibration.DefaultPolicy,
            Provenance = new Provenance
            {
                Tool = ToolVersion.Text,
                Seed = Seed,
                DataSets = Merge(standing.Provenance?.DataSets ?? [], DataSets, d => d.Name, (old, now) => now.Licences.Count > 0 ? now : now with { Licences = old.Licences }),
                Metrics = metrics,
            },
        });
        return Bundle.Open(folder);
    }

    // What stands keeps its place, so that policies that name no probe and no adapter go by the same as before.
    private static List<T> Merge<T>(IReadOnlyList<T> standing, IEnumerable<T> added, Func<T, string> nameOf, Func<T, T, T> replace)
    {
        var merged = standing.ToList();
        foreach (var item in added)
        {
            var place = merged.FindIndex(m => nameOf(m) == nameOf(item));
            if (place < 0)
                merged.Add(item);
            else
                merged[place] = replace(merged[place], item);
        }

        return merged;
    }

    // Thresholds of another graph under the same name say nothing of this one.
    private IReadOnlyList<CalibrationRecord> Kept(ProbeDescription old, ProbeDescription now) => old.Sha256 != now.Sha256
        ? now.Calibration
        : [.. old.Calibration.Where(c => now.Calibration.All(n => n.Policy != c.Policy) && Standing!.Policies.ContainsKey(c.Policy)), .. now.Calibration];

    private SafetyPolicy Policy(CalibrationBound bound, StandingBundle standing)
    {
        var prompt = Probes.First(p => p.Description.Stage == MonitorStage.Prompt);
        var response = Probes.FirstOrDefault(p => p.Description.Stage == MonitorStage.Response);
        var policy = standing.Policies.GetValueOrDefault(bound.Policy)?.Clone();
        if (policy is not null && !standing.IsOwn(policy, prompt.Description.Name))
            return WithGuard(policy, bound, prompt);
        policy ??= new SafetyPolicy();
        (policy.Stages, policy.PilotTokens, policy.OutOfDistribution) = (Calibration.Stages, Calibration.PilotTokens, bound.OutOfDistribution);
        policy.PromptThreshold = prompt.ThresholdOf(bound.Policy);
        policy.Probe = Other(standing.First(MonitorStage.Prompt), prompt.Description.Name);
        if (response is not null)
        {
            policy.ResponseThreshold = response.ThresholdOf(bound.Policy);
            policy.ResponseProbe = Other(standing.First(MonitorStage.Response), response.Description.Name);
        }

        policy.Intervention = Calibration.Intervention ?? policy.Intervention;
        policy.FixedRefusal = Calibration.FixedRefusal ?? policy.FixedRefusal;
        if (Adapter is not null)
            policy.Adapter = Other(standing.Adapters.Count > 0 ? standing.Adapters[0].Name : null, Adapter.Description.Name);
        return policy;
    }

    // A policy that goes by another probe is guarded by this one too, and by all that it was guarded by before.
    private SafetyPolicy WithGuard(SafetyPolicy policy, CalibrationBound bound, CalibratedProbe prompt)
    {
        policy.Guards ??= new Dictionary<string, PolicyGuard>(StringComparer.OrdinalIgnoreCase);
        var name = GuardOf(policy.Guards, prompt.Description);
        var guard = policy.Guards.TryGetValue(name, out var standing) ? standing.Clone() : new PolicyGuard();
        guard.Probe = Other(name, prompt.Description.Name);
        guard.Threshold = prompt.ThresholdOf(bound.Policy);
        guard.Stages = Calibration.Stages == policy.Stages ? null : Calibration.Stages;
        guard.Intervention = Calibration.Intervention ?? guard.Intervention;
        guard.FixedRefusal = Calibration.FixedRefusal ?? guard.FixedRefusal;
        if (Adapter is not null && Standing!.Adapters.Count > 0)
            guard.Adapter = Other(policy.Adapter ?? Standing.Adapters[0].Name, Adapter.Description.Name);
        policy.Guards[name] = guard;
        return policy;
    }

    // What it is called already, else what the probe tells, else the probe's name: several probes may tell the same thing, and none takes another's place.
    private static string GuardOf(IDictionary<string, PolicyGuard> guards, ProbeDescription probe)
    {
        if (guards.FirstOrDefault(g => Reads(g) && g.Value.Class is null) is { Key: { } standing })
            return standing;
        return new[] { probe.Label, probe.Name, $"{probe.Label}-{probe.Name}" }.OfType<string>().FirstOrDefault(n => !guards.ContainsKey(n))
            ?? throw new DataException($"Guards called {string.Join(", ", guards.Keys)} are there already and go by other probes; expected a probe of another name than '{probe.Name}'.");

        bool Reads(KeyValuePair<string, PolicyGuard> guard) => (guard.Value.Probe ?? guard.Key) == probe.Name;
    }

    private static string? Other(string? usual, string name) => usual is null || usual == name ? null : name;

    private Dictionary<string, double> Metrics()
    {
        var metrics = Probes.SelectMany(p => p.Metrics).ToDictionary();
        if (Adapter is null)
            return Finite(metrics);
        var (report, quality) = (Adapter.Report, Adapter.Quality);
        var of = Adapter.Description.Name == AdapterRecord.Refusal ? "adapter" : $"adapter.{Adapter.Description.Name}";
        // What was not measured is left out: 0 would say that it was.
        if (report is { BaseTop1: { } before, AdaptedTop1: { } after })
        {
            metrics[$"{of}.top1.base"] = Math.Round(before, 4);
            metrics[$"{of}.top1.adapted"] = Math.Round(after, 4);
        }

        metrics[$"{of}.train_tokens"] = report.TrainTokens;
        metrics[$"{of}.held_out_tokens"] = report.HeldOutTokens;
        metrics[$"{of}.checked_answers"] = quality.Answers;
        if (quality.Answers == 0)
            return Finite(metrics);
        metrics[$"{of}.refused"] = Share(quality.Refused);
        metrics[$"{of}.fluent"] = Share(quality.Fluent);
        if (quality.NamedTopic is { } named)
            metrics[$"{of}.names_topic"] = Share(named);
        return Finite(metrics);

        double Share(int count) => Math.Round((double)count / quality.Answers, 4);
    }

    // A share of nothing is not a number, and JSON has no name for it.
    private static Dictionary<string, double> Finite(Dictionary<string, double> metrics) => metrics.Where(m => double.IsFinite(m.Value)).ToDictionary();
}
