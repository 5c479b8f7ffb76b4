using System.Globalization;
using SafeSwitch.Policies;

namespace SafeSwitch.Bundles;

/// <summary>What a manifest must hold, whatever its files are.</summary>
internal static class ManifestRules
{
    public static void Check(BundleManifest manifest, List<BundleProblem> problems)
    {
        if (manifest.Schema != BundleManifest.CurrentSchema)
        {
            Report("$.schema", manifest.Schema.ToString(CultureInfo.InvariantCulture),
                $"{BundleManifest.CurrentSchema}, the schema of this version");
        }

        Positive("$.decoder.hidden_size", manifest.Decoder.HiddenSize);
        Positive("$.decoder.vocabulary_size", manifest.Decoder.VocabularySize);
        Inside("$.decoder.graph", manifest.Decoder.Graph);
        if (manifest.Decoder.TrainingGraph is { } trainingGraph)
            Inside("$.decoder.training_graph", trainingGraph);
        if (manifest.Decoder.Files.All(f => f.File != manifest.Decoder.Graph))
            Report("$.decoder.files", "no entry for the graph", $"a fingerprint of '{manifest.Decoder.Graph}'");
        foreach (var file in manifest.Decoder.Files)
            Inside("$.decoder.files", file.File);

        for (var i = 0; i < manifest.Probes.Count; i++)
        {
            var probe = manifest.Probes[i];
            Inside($"$.probes[{i}].file", probe.File);
            if (probe.HiddenStates.Count == 0)
                Report($"$.probes[{i}].hidden_states", "none", "at least one");
            foreach (var state in probe.HiddenStates.Except(manifest.Decoder.HiddenStates))
            {
                Report($"$.probes[{i}].hidden_states", $"'{state}'",
                    $"one that the decoder exports: {string.Join(", ", manifest.Decoder.HiddenStates)}");
            }
        }

        Unique("$.probes", manifest.Probes.Select(p => p.Name));
        if (manifest.Probes.GroupBy(p => p.Stage).Any(g => g.Count() > 1))
            Report("$.probes", "two probes for one stage", "one probe per stage; average several inside one graph");

        for (var i = 0; i < manifest.Adapters.Count; i++)
        {
            Inside($"$.adapters[{i}].file", manifest.Adapters[i].File);
            Positive($"$.adapters[{i}].rank", manifest.Adapters[i].Rank);
        }

        Unique("$.adapters", manifest.Adapters.Select(a => a.Name));

        foreach (var (name, policy) in manifest.Policies)
        {
            foreach (var (field, found, expected) in PolicyRules.Check(policy))
                Report($"$.policies.{name}.{field}", found, expected);
            foreach (var (field, found, expected) in CheckAgainst(policy, manifest))
                Report($"$.policies.{name}.{field}", found, expected);
        }

        if (!manifest.Policies.ContainsKey(manifest.DefaultPolicy))
            Report("$.default_policy", $"'{manifest.DefaultPolicy}'", $"one of: {string.Join(", ", manifest.Policies.Keys)}");

        void Report(string field, string found, string expected) =>
            problems.Add(new BundleProblem(Bundle.ManifestFile, field, found, expected));

        void Positive(string field, int value)
        {
            if (value <= 0)
                Report(field, value.ToString(CultureInfo.InvariantCulture), "a positive number");
        }

        void Inside(string field, string file)
        {
            if (file.Length == 0 || Path.IsPathRooted(file) || file.Split('/', '\\').Contains(".."))
                Report(field, $"'{file}'", "a file within the bundle's folder");
        }

        void Unique(string field, IEnumerable<string> names)
        {
            foreach (var name in names.GroupBy(n => n, StringComparer.Ordinal).Where(g => g.Count() > 1))
                Report(field, $"'{name.Key}' {name.Count()} times", "every name once");
        }
    }

    /// <summary>What is wrong with a policy for a given bundle. Which probes it needs is for the monitor to say that reads them.</summary>
    public static IEnumerable<(string Field, string Found, string Expected)> CheckAgainst(SafetyPolicy policy, BundleManifest manifest)
    {
        if (policy.Intervention == Intervention.RefusalAdapter && policy.CustomIntervention is null)
        {
            if (manifest.Adapters.Count == 0)
                yield return ("intervention", nameof(Intervention.RefusalAdapter), "another intervention: the bundle has no adapter");
            else if (policy.Adapter is { } name && manifest.Adapters.All(a => a.Name != name))
                yield return ("adapter", $"'{name}'", $"one of: {string.Join(", ", manifest.Adapters.Select(a => a.Name))}");
        }
    }
}
