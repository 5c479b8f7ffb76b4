using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace SafeSwitch.Bundles;

/// <summary>A model folder with its <c>safeswitch.json</c>, read and checked; nothing is loaded yet.</summary>
public sealed class Bundle
{
    /// <summary>Name of the file that makes a model folder a bundle.</summary>
    public const string ManifestFile = "safeswitch.json";

    private string? digest;

    private Bundle(string folder, BundleManifest manifest, ReadOnlyMemory<byte> manifestBytes)
    {
        Folder = folder;
        Manifest = manifest;
        ManifestBytes = manifestBytes;
    }

    /// <summary>The folder, as a full path.</summary>
    public string Folder { get; }

    /// <summary>What <c>safeswitch.json</c> says.</summary>
    public BundleManifest Manifest { get; }

    /// <summary>Fingerprint of the trusted key that signed it; <see langword="null"/> if no signature was asked for.</summary>
    public string? SignedBy { get; private init; }

    /// <summary>SHA-256 of <c>safeswitch.json</c>, in lower-case hexadecimal. That file holds digests of all others, so it stands for every byte of the bundle.</summary>
    public string Digest => digest ??= Convert.ToHexStringLower(SHA256.HashData(ManifestBytes.Span));

    /// <summary>The bytes that <see cref="Manifest"/> was read from, which a signature is of.</summary>
    internal ReadOnlyMemory<byte> ManifestBytes { get; }

    /// <summary>Reads a bundle, checks what it says and that its files are the ones that it names.</summary>
    /// <param name="folder">The bundle's folder.</param>
    /// <param name="checks">How closely to look; <see langword="null"/> for small files whole, large ones by samples, any signer.</param>
    /// <exception cref="BundleException">Something is missing, malformed or not what it was; every problem found is listed.</exception>
    public static Bundle Open(string folder, BundleChecks? checks = null)
    {
        checks ??= new BundleChecks();
        var bundle = Read(folder);
        var problems = new List<BundleProblem>();
        var signer = checks.TrustedKeys.Count == 0 ? null : BundleSignature.Verify(bundle.Folder, bundle.ManifestBytes.Span, checks.TrustedKeys, problems);
        BundleFiles.Check(bundle, checks.VerifyWeights, problems);
        return problems.Count > 0 ? throw new BundleException(bundle.Folder, problems)
            : signer is null ? bundle
            : new Bundle(bundle.Folder, bundle.Manifest, bundle.ManifestBytes) { SignedBy = signer };
    }

    /// <summary>Reads <c>safeswitch.json</c> and checks what it says, not the files that it names.</summary>
    /// <exception cref="BundleException">It is missing or malformed.</exception>
    public static Bundle Read(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        folder = Path.GetFullPath(folder);
        var bytes = ManifestReader.ReadFile(folder);
        return new Bundle(folder, ManifestReader.Parse(folder, bytes), bytes);
    }

    /// <summary>Writes <c>safeswitch.json</c> into a model folder, whole or not at all. A signature beside it is of the old one and is removed.</summary>
    /// <param name="folder">The bundle's folder.</param>
    /// <param name="manifest">What to write.</param>
    /// <exception cref="BundleException">What it would say is malformed; nothing is written.</exception>
    public static void Write(string folder, BundleManifest manifest)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(manifest);
        var bytes = Encode(folder, manifest);
        // What is written is what will be read: one set of rules for both.
        _ = ManifestReader.Parse(folder, bytes);
        Replace(Path.Combine(folder, ManifestFile), bytes);
        File.Delete(Path.Combine(folder, BundleSignature.SignatureFile));
    }

    /// <summary>
    /// Writes the digests of the files as they are into <c>safeswitch.json</c>, and brings one of an older schema up to date. To be done
    /// by whoever answers for the bundle, after a file was changed on purpose.
    /// </summary>
    /// <param name="folder">The bundle's folder.</param>
    /// <param name="acceptChanges">Whether files may differ from what the manifest says of them.</param>
    /// <returns>The bundle as it is then.</returns>
    /// <exception cref="BundleException">Files differ and that is not accepted, or the manifest is malformed; nothing is written.</exception>
    public static Bundle Seal(string folder, bool acceptChanges = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        folder = Path.GetFullPath(folder);
        Write(folder, BundleSeal.Renew(folder, ManifestReader.ReadFile(folder), acceptChanges));
        return Open(folder);
    }

    /// <summary>Full path of a file that the bundle names.</summary>
    public string PathOf(string file) => Path.Combine(Folder, file);

    private static byte[] Encode(string folder, BundleManifest manifest)
    {
        try
        {
            return Encoding.UTF8.GetBytes(JsonSerializer.Serialize(manifest, BundleJson.Default.BundleManifest) + "\n");
        }
        catch (ArgumentException e)
        {
            // JSON has no word for what isn't a number, nor for an infinite one.
            throw new BundleException(folder, [new BundleProblem(ManifestFile, "$", e.Message, "finite numbers")], e);
        }
    }

    /// <summary>Replaces a file, whole or not at all.</summary>
    internal static void Replace(string path, byte[] bytes)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            File.WriteAllBytes(temporary, bytes);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
