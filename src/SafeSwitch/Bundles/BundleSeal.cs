using System.Text.Json;
using System.Text.Json.Nodes;

namespace SafeSwitch.Bundles;

/// <summary>Makes a manifest speak of the files as they are now.</summary>
internal static class BundleSeal
{
    // Stands where a bundle of schema 1 has no digest of a whole file.
    private static readonly string Unknown = new('0', 64);

    public static BundleManifest Renew(string folder, ReadOnlyMemory<byte> manifestBytes, bool acceptChanges)
    {
        var old = ManifestReader.Parse(folder, Upgrade(manifestBytes));
        var problems = new List<BundleProblem>();
        BundleFiles.CheckNames(folder, old, problems);
        if (problems.Count > 0)
            throw new BundleException(folder, problems);

        var graphs = old.Decoder.Files.Select(f => f.File);
        if (old.Decoder.TrainingGraph is { } training && !graphs.Contains(training) && File.Exists(Path.Combine(folder, training)))
            graphs = graphs.Append(training);
        var renewed = old with
        {
            Decoder = old.Decoder with { Files = [.. graphs.Select(f => FileFingerprint.Compute(folder, f))] },
            Files = FileDigest.OfFolder(folder),
            Probes = [.. old.Probes.Select(p => p with { Sha256 = FileDigest.Compute(Path.Combine(folder, p.File)) })],
            Adapters = [.. old.Adapters.Select(a => a with { Sha256 = FileDigest.Compute(Path.Combine(folder, a.File)) })],
        };
        foreach (var (was, now) in old.Decoder.Files.Zip(renewed.Decoder.Files))
            Compare(was.File, was.Sha256 == Unknown ? $"{was.Digest}" : was.Sha256, was.Sha256 == Unknown ? now.Digest : now.Sha256);
        foreach (var was in old.Files)
            Compare(was.File, was.Sha256, renewed.Files.FirstOrDefault(f => f.File == was.File)?.Sha256 ?? "no such file");
        foreach (var now in renewed.Files.Where(f => old.Files.Count > 0 && old.Files.All(o => o.File != f.File)))
            Compare(now.File, "no such file", now.Sha256);
        foreach (var (was, now) in old.Probes.Zip(renewed.Probes))
            Compare(was.File, was.Sha256, now.Sha256);
        foreach (var (was, now) in old.Adapters.Zip(renewed.Adapters))
            Compare(was.File, was.Sha256, now.Sha256);
        return problems.Count == 0 || acceptChanges ? renewed : throw new BundleException(folder, problems);

        void Compare(string file, string was, string now)
        {
            if (was != now)
                problems.Add(new BundleProblem(file, "sha256", now, $"{was}, unless the change is meant"));
        }
    }

    // What schema 1 lacks, so that the rules of this one can be applied to the rest.
    private static byte[] Upgrade(ReadOnlyMemory<byte> manifest)
    {
        try
        {
            if (JsonNode.Parse(ManifestReader.WithoutMark(manifest.Span), documentOptions: ManifestReader.Lenient) is not JsonObject root
                || root["schema"] is not JsonValue schema || !schema.TryGetValue(out int version) || version != 1)
            {
                return manifest.ToArray();
            }

            root["schema"] = BundleManifest.CurrentSchema;
            root["files"] ??= new JsonArray();
            foreach (var file in (root["decoder"] as JsonObject)?["files"] as JsonArray ?? [])
            {
                if (file is JsonObject entry)
                    entry["sha256"] ??= Unknown;
            }

            return JsonSerializer.SerializeToUtf8Bytes<JsonNode>(root, BundleJson.Default.JsonNode);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            return manifest.ToArray();
        }
    }
}
