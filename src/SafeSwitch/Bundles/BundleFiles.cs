using System.Globalization;
using System.Security.Cryptography;

namespace SafeSwitch.Bundles;

/// <summary>Whether a bundle's files are the ones that its manifest names.</summary>
internal static class BundleFiles
{
    public static void Check(Bundle bundle, List<BundleProblem> problems)
    {
        foreach (var expected in bundle.Manifest.Decoder.Files)
            CheckFingerprint(bundle, expected, problems);
        foreach (var probe in bundle.Manifest.Probes)
            CheckHash(bundle, probe.File, probe.Sha256, problems);
        foreach (var adapter in bundle.Manifest.Adapters)
            CheckHash(bundle, adapter.File, adapter.Sha256, problems);
    }

    private static void CheckFingerprint(Bundle bundle, FileFingerprint expected, List<BundleProblem> problems)
    {
        if (!Exists(bundle, expected.File, problems))
            return;
        var found = FileFingerprint.Compute(bundle.Folder, expected.File);
        if (found.Length != expected.Length)
            problems.Add(new BundleProblem(expected.File, "length", Bytes(found.Length), Bytes(expected.Length)));
        else if (found.Digest != expected.Digest)
            problems.Add(new BundleProblem(expected.File, "fingerprint", found.Digest, $"{expected.Digest}, the decoder that the probes were trained on"));
    }

    private static void CheckHash(Bundle bundle, string file, string expected, List<BundleProblem> problems)
    {
        if (!Exists(bundle, file, problems))
            return;
        using var stream = File.OpenRead(bundle.PathOf(file));
        var found = Convert.ToHexStringLower(SHA256.HashData(stream));
        if (found != expected)
            problems.Add(new BundleProblem(file, "sha256", found, expected));
    }

    private static bool Exists(Bundle bundle, string file, List<BundleProblem> problems)
    {
        if (File.Exists(bundle.PathOf(file)))
            return true;
        problems.Add(new BundleProblem(file, "", "no such file", $"a file that {Bundle.ManifestFile} names"));
        return false;
    }

    private static string Bytes(long length) => length.ToString("N0", CultureInfo.InvariantCulture) + " bytes";
}
