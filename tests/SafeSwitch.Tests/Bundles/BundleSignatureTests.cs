using System.Security.Cryptography;
using SafeSwitch.Bundles;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Tests.Bundles;

public sealed class BundleSignatureTests : IDisposable
{
    private readonly TemporaryFolder folder = Toy.WriteOpenableBundle();
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose()
    {
        folder.Dispose();
        key.Dispose();
        other.Dispose();
    }

    [Fact]
    public void A_signed_bundle_opens_for_whoever_trusts_the_key()
    {
        var signer = BundleSignature.Sign(folder.Path, key.ExportPkcs8PrivateKeyPem());

        Assert.Equal(signer, Open(other, key).SignedBy);
        Assert.Equal(64, signer.Length);
        Assert.Null(Bundle.Open(folder.Path).SignedBy);
    }

    [Fact]
    public void Another_key_no_signature_and_a_broken_one_are_refused()
    {
        Assert.Equal(BundleSignature.SignatureFile, Refused(key).File);

        BundleSignature.Sign(folder.Path, key.ExportPkcs8PrivateKeyPem());
        Assert.Contains("none of the 1 trusted", Refused(other).Found, StringComparison.Ordinal);

        foreach (var broken in new[] { "", "no base64!", "AAAA", new string('A', 10_000) })
        {
            File.WriteAllText(folder.File(BundleSignature.SignatureFile), broken);
            Assert.Equal(BundleSignature.SignatureFile, Refused(key).File);
        }
    }

    [Fact]
    public void Any_changed_byte_of_the_manifest_is_found_even_where_it_means_nothing()
    {
        BundleSignature.Sign(folder.Path, key.ExportPkcs8PrivateKeyPem());
        File.AppendAllText(folder.File(Bundle.ManifestFile), " ");

        Assert.Equal(BundleSignature.SignatureFile, Refused(key).File);
        Assert.NotNull(Bundle.Open(folder.Path));
    }

    [Fact]
    public void A_manifest_that_is_written_anew_loses_its_signature()
    {
        BundleSignature.Sign(folder.Path, key.ExportPkcs8PrivateKeyPem());

        Bundle.Seal(folder.Path);

        Assert.False(File.Exists(folder.File(BundleSignature.SignatureFile)));
    }

    [Fact]
    public void What_is_not_what_it_says_is_not_signed()
    {
        File.WriteAllText(folder.File("tokenizer.json"), "other");

        Assert.Throws<BundleException>(() => BundleSignature.Sign(folder.Path, key.ExportPkcs8PrivateKeyPem()));

        Assert.False(File.Exists(folder.File(BundleSignature.SignatureFile)));
    }

    [Fact]
    public void Keys_that_can_not_be_used_are_told()
    {
        using var large = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);
        BundleSignature.Sign(folder.Path, key.ExportPkcs8PrivateKeyPem());

        foreach (var pem in new[] { "", "no key", large.ExportSubjectPublicKeyInfoPem(), rsa.ExportSubjectPublicKeyInfoPem() })
            Assert.Contains("P-256", Assert.Throws<SafeSwitchException>(() => Bundle.Open(folder.Path, new BundleChecks { TrustedKeys = [pem] })).Message, StringComparison.Ordinal);
        Assert.Throws<SafeSwitchException>(() => BundleSignature.Sign(folder.Path, key.ExportSubjectPublicKeyInfoPem()));
        Assert.Throws<SafeSwitchException>(() => BundleSignature.Sign(folder.Path, large.ExportPkcs8PrivateKeyPem()));
    }

    private Bundle Open(params ECDsa[] trusted) =>
        Bundle.Open(folder.Path, new BundleChecks { TrustedKeys = [.. trusted.Select(k => k.ExportSubjectPublicKeyInfoPem())] });

    private BundleProblem Refused(params ECDsa[] trusted) => Assert.Single(Assert.Throws<BundleException>(() => Open(trusted)).Problems);
}
