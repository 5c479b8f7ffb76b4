using System.Globalization;

namespace SafeSwitch.Bundles;

/// <summary>Whether a bundle's files are the ones that its manifest names.</summary>
internal static class BundleFiles
{
    public static void Check(Bundle bundle, bool verifyWeights, List<BundleProblem> problems)
    {
        var (folder, manifest) = (bundle.Folder, bundle.Manifest);
        var usable = CheckNames(folder, manifest, problems);
        foreach (var expected in manifest.Decoder.Files.Where(f => usable.Contains(f.File)))
            CheckFingerprint(folder, expected, verifyWeights, problems);
        foreach (var expected in manifest.Files.Where(f => usable.Contains(f.File)))
            CheckDigest(folder, expected.File, expected.Sha256, problems);
        foreach (var probe in manifest.Probes.Where(p => usable.Contains(p.File)))
            CheckDigest(folder, probe.File, probe.Sha256, problems);
        foreach (var adapter in manifest.Adapters.Where(a => usable.Contains(a.File)))
            CheckDigest(folder, adapter.File, adapter.Sha256, problems);
        // A template put beside the others would be the one that is read.
        foreach (var stray in FileDigest.DecidingFiles.Where(f => File.Exists(Path.Combine(folder, f)) && manifest.Files.All(d => d.File != f)))
            problems.Add(new BundleProblem(stray, "", "a file without a digest", $"one that $.files of {Bundle.ManifestFile} names: it decides what the model reads"));
    }

    /// <summary>Reports files that are missing or links.</summary>
    /// <returns>The others, by their names in the manifest.</returns>
    public static HashSet<string> CheckNames(string folder, BundleManifest manifest, List<BundleProblem> problems)
    {
        var usable = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in manifest.AllFiles.Select(f => f.File))
        {
            if (LinkOnTheWay(folder, file) is { } link)
                problems.Add(new BundleProblem(file, "", $"a symbolic link, {link}", "the file itself, within the bundle's folder"));
            else if (File.Exists(Path.Combine(folder, file)))
                usable.Add(file);
            // Served bundles go without the training graph.
            else if (file != manifest.Decoder.TrainingGraph)
                problems.Add(new BundleProblem(file, "", "no such file", $"a file that {Bundle.ManifestFile} names"));
        }

        return usable;
    }

    private static string? LinkOnTheWay(string folder, string file)
    {
        var path = folder;
        foreach (var segment in file.Split('/', '\\'))
        {
            path = Path.Combine(path, segment);
            if (new FileInfo(path).LinkTarget is not null)
                return Path.GetRelativePath(folder, path);
        }

        return null;
    }

    private static void CheckFingerprint(string folder, FileFingerprint expected, bool verifyWeights, List<BundleProblem> problems)
    {
        var (length, digest) = FileFingerprint.Sample(folder, expected.File);
        if (length != expected.Length)
            problems.Add(new BundleProblem(expected.File, "length", Bytes(length), Bytes(expected.Length)));
        else if (digest != expected.Digest)
            problems.Add(new BundleProblem(expected.File, "fingerprint", digest, $"{expected.Digest}, the decoder that the probes were trained on"));
        else if (verifyWeights)
            CheckDigest(folder, expected.File, expected.Sha256, problems);
    }

    private static void CheckDigest(string folder, string file, string expected, List<BundleProblem> problems)
    {
        var found = FileDigest.Compute(Path.Combine(folder, file));
        if (found != expected)
            problems.Add(new BundleProblem(file, "sha256", found, expected));
    }

    private static string Bytes(long length) => length.ToString("N0", CultureInfo.InvariantCulture) + " bytes";
}
