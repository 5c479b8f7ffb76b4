using System.Security.Cryptography;

namespace SafeSwitch.Bundles;

/// <summary>
/// A detached signature over <c>safeswitch.json</c>, which holds the digests of everything else: ECDSA on P-256 with SHA-256, DER, in
/// base64. OpenSSL makes and checks the same: <c>openssl dgst -sha256 -sign</c>.
/// </summary>
public static class BundleSignature
{
    /// <summary>Name of the file beside <c>safeswitch.json</c>.</summary>
    public const string SignatureFile = Bundle.ManifestFile + ".sig";

    private const string P256 = "1.2.840.10045.3.1.7";
    private const int LongestSignature = 4096;

    /// <summary>Checks every file of a bundle whole, then signs its manifest.</summary>
    /// <param name="folder">The bundle's folder.</param>
    /// <param name="privateKey">A PEM text with an ECDSA key on P-256.</param>
    /// <returns>The key's fingerprint: SHA-256 of its public part, in lower-case hexadecimal.</returns>
    /// <exception cref="BundleException">The bundle is not what it says; nothing is signed.</exception>
    /// <exception cref="SafeSwitchException">The key can't be used.</exception>
    public static string Sign(string folder, string privateKey)
    {
        using var key = Import(privateKey, "the private key");
        var bundle = Bundle.Open(folder, new BundleChecks { VerifyWeights = true });
        byte[] signature;
        try
        {
            signature = key.SignData(bundle.ManifestBytes.Span, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException e)
        {
            throw new SafeSwitchException("The private key: found a public one, expected one that can sign.", e);
        }

        Bundle.Replace(Path.Combine(bundle.Folder, SignatureFile), System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(signature) + "\n"));
        return FingerprintOf(key);
    }

    /// <summary>Who signed a manifest.</summary>
    /// <returns>The fingerprint of the key; <see langword="null"/> with a problem if it is none of those that are trusted.</returns>
    internal static string? Verify(string folder, ReadOnlySpan<byte> manifest, IReadOnlyList<string> trustedKeys, List<BundleProblem> problems)
    {
        var path = Path.Combine(folder, SignatureFile);
        if (!File.Exists(path))
        {
            problems.Add(new BundleProblem(SignatureFile, "", "no such file", $"a signature of {Bundle.ManifestFile} by a key that the host trusts"));
            return null;
        }

        byte[] signature;
        try
        {
            if (new FileInfo(path).Length > LongestSignature)
                throw new FormatException();
            signature = Convert.FromBase64String(File.ReadAllText(path).Trim());
        }
        catch (FormatException)
        {
            problems.Add(new BundleProblem(SignatureFile, "", "something else", "a signature in base64"));
            return null;
        }

        for (var i = 0; i < trustedKeys.Count; i++)
        {
            using var key = Import(trustedKeys[i], $"trusted key {i}");
            if (key.VerifyData(manifest, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))
                return FingerprintOf(key);
        }

        problems.Add(new BundleProblem(
            SignatureFile, "", $"a signature that fits none of the {trustedKeys.Count} trusted keys", $"one of {Bundle.ManifestFile} as it is, by a key that the host trusts"));
        return null;
    }

    private static ECDsa Import(string pem, string whose)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            if (key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value != P256)
                throw new SafeSwitchException($"{char.ToUpperInvariant(whose[0])}{whose[1..]}: found one of {key.KeySize} bits on another curve, expected ECDSA on P-256.");
            return key;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new SafeSwitchException($"{char.ToUpperInvariant(whose[0])}{whose[1..]}: {e.Message} Expected a PEM text with an ECDSA key on P-256.", e);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private static string FingerprintOf(ECDsa key) => Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));
}
