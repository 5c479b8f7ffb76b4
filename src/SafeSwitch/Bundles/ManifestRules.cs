using System.Globalization;
using System.Text.Json;
using SafeSwitch.Policies;
using SafeSwitch.Settings;

namespace SafeSwitch.Bundles;

/// <summary>What a manifest must hold, whatever its files are.</summary>
internal static class ManifestRules
{
    public static void Check(BundleManifest manifest, Action<string, string, string> report)
    {
        var decoder = manifest.Decoder;
        Named("$.decoder.name", decoder.Name);
        Positive("$.decoder.hidden_size", decoder.HiddenSize);
        Positive("$.decoder.vocabulary_size", decoder.VocabularySize);
        Inside("$.decoder.graph", decoder.Graph);
        if (decoder.TrainingGraph is { } trainingGraph)
            Inside("$.decoder.training_graph", trainingGraph);
        if (decoder.Files.All(f => f.File != decoder.Graph))
            report("$.decoder.files", "no entry for the graph", $"a fingerprint of '{decoder.Graph}'");
        foreach (var (i, file) in decoder.Files.Index())
        {
            Inside($"$.decoder.files[{i}].file", file.File);
            Digest($"$.decoder.files[{i}].digest", file.Digest);
            Digest($"$.decoder.files[{i}].sha256", file.Sha256);
            if (file.Length < 0)
                report($"$.decoder.files[{i}].length", file.Length.ToString(CultureInfo.InvariantCulture), "the file's length in bytes");
        }

        foreach (var (i, file) in manifest.Files.Index())
        {
            Inside($"$.files[{i}].file", file.File);
            Digest($"$.files[{i}].sha256", file.Sha256);
        }

        foreach (var (i, probe) in manifest.Probes.Index())
        {
            Named($"$.probes[{i}].name", probe.Name);
            Inside($"$.probes[{i}].file", probe.File);
            Digest($"$.probes[{i}].sha256", probe.Sha256);
            if (probe.Label is not null)
                Named($"$.probes[{i}].label", probe.Label);
            if (probe.Classes is { } classes && (classes.Count < 2 || classes.Any(string.IsNullOrWhiteSpace) || classes.Distinct(StringComparer.OrdinalIgnoreCase).Count() < classes.Count))
                report($"$.probes[{i}].classes", string.Join(", ", classes.DefaultIfEmpty("none")), "two or more names that differ by more than their case, the first for what is let through; or no such field");
            foreach (var (name, file) in new[] { ("trained_rows", probe.TrainedRows), ("calibrated_rows", probe.CalibratedRows) })
                Rows($"$.probes[{i}].{name}", file);
            if (probe.HiddenStates.Count == 0)
                report($"$.probes[{i}].hidden_states", "none", "at least one");
            foreach (var state in probe.HiddenStates.Except(decoder.HiddenStates))
                report($"$.probes[{i}].hidden_states", $"'{state}'", $"one that the decoder exports: {string.Join(", ", decoder.HiddenStates)}");
        }

        foreach (var (i, adapter) in manifest.Adapters.Index())
        {
            Named($"$.adapters[{i}].name", adapter.Name);
            Inside($"$.adapters[{i}].file", adapter.File);
            Digest($"$.adapters[{i}].sha256", adapter.Sha256);
            Positive($"$.adapters[{i}].rank", adapter.Rank);
            Rows($"$.adapters[{i}].trained_rows", adapter.TrainedRows);
        }

        Unique("$.decoder.files", decoder.Files.Select(f => f.File), StringComparer.Ordinal);
        Unique("$.files", manifest.Files.Select(f => f.File), StringComparer.Ordinal);
        Unique("$.probes", manifest.Probes.Select(p => p.Name), StringComparer.Ordinal);
        Unique("$.adapters", manifest.Adapters.Select(a => a.Name), StringComparer.Ordinal);
        Unique("$.policies", manifest.Policies.Keys, StringComparer.OrdinalIgnoreCase);

        if (manifest.Probes.Count > 0 && manifest.Probes.All(p => p.Stage != MonitorStage.Prompt))
            report("$.probes", "none of the Prompt stage", "one that looks at the prompt, or no probes where the host brings a monitor");

        foreach (var (name, policy) in manifest.Policies)
        {
            Named("$.policies", name);
            foreach (var (setting, found, expected) in policy.Check().Concat(CheckAgainst(policy, manifest)))
                report(PathOf(name, setting), found, expected);
        }

        if (!manifest.Policies.Keys.Contains(manifest.DefaultPolicy, StringComparer.OrdinalIgnoreCase))
            report("$.default_policy", $"'{manifest.DefaultPolicy}'", KnownNames.OneOf(manifest.DefaultPolicy, [.. manifest.Policies.Keys]));

        void Rows(string field, FileDigest? file)
        {
            if (file is null)
                return;
            Inside($"{field}.file", file.File);
            Digest($"{field}.sha256", file.Sha256);
        }

        void Named(string field, string name)
        {
            if (string.IsNullOrWhiteSpace(name))
                report(field, "an empty name", "a name");
        }

        void Positive(string field, int value)
        {
            if (value <= 0)
                report(field, value.ToString(CultureInfo.InvariantCulture), "a positive number");
        }

        // A colon is a drive or another stream of a file on Windows.
        void Inside(string field, string file)
        {
            var isInside = !Path.IsPathRooted(file) && file.Split('/', '\\').All(s => s.Length > 0 && s is not ("." or "..") && s.All(c => c != ':' && !char.IsControl(c)));
            if (!isInside)
                report(field, $"'{file}'", "a file within the bundle's folder");
        }

        void Digest(string field, string digest)
        {
            if (digest.Length != 64 || !digest.All(char.IsAsciiHexDigitLower))
                report(field, $"'{digest}'", "a SHA-256 in 64 lower-case hexadecimal digits");
        }

        void Unique(string field, IEnumerable<string> names, StringComparer comparer)
        {
            foreach (var name in names.GroupBy(n => n, comparer).Where(g => g.Count() > 1))
                report(field, $"'{name.Key}' {name.Count()} times", "every name once");
        }
    }

    /// <summary>Where the manifest has a setting of a policy.</summary>
    public static string PathOf(string policy, string setting) => $"$.policies.{policy}.{string.Join('.', setting.Split(':').Select(JsonNamingPolicy.SnakeCaseLower.ConvertName))}";

    /// <summary>What is wrong with a policy for a given bundle. Which probes it needs is for the monitor to say that reads them.</summary>
    public static IEnumerable<SettingProblem> CheckAgainst(SafetyPolicy policy, BundleManifest manifest)
    {
        foreach (var problem in CheckAdapter(policy, manifest, ""))
            yield return problem;
        foreach (var name in policy.Guards?.Where(g => g.Value is not null).Select(g => g.Key) ?? [])
        {
            foreach (var problem in CheckAdapter(policy.ActingFor(name), manifest, $"{nameof(policy.Guards)}:{name}:"))
                yield return problem;
        }
    }

    private static IEnumerable<SettingProblem> CheckAdapter(SafetyPolicy policy, BundleManifest manifest, string of)
    {
        if (policy.Intervention != Intervention.RefusalAdapter || policy.CustomIntervention is not null)
            yield break;
        if (manifest.Adapters.Count == 0)
            yield return new(of + nameof(policy.Intervention), nameof(Intervention.RefusalAdapter), "another intervention: the bundle has no adapter");
        else if (policy.Adapter is { } name && manifest.Adapters.All(a => a.Name != name))
            yield return new(of + nameof(policy.Adapter), $"'{name}'", $"one of: {string.Join(", ", manifest.Adapters.Select(a => a.Name))}");
    }
}
