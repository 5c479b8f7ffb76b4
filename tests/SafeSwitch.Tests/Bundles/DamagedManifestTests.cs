using SafeSwitch.Bundles;

namespace SafeSwitch.Tests.Bundles;

/// <summary>Files that are cut or damaged.</summary>
public sealed class DamagedManifestTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void A_damaged_manifest_is_read_or_refused()
    {
        File.WriteAllBytes(folder.File(Bundle.ManifestFile), File.ReadAllBytes(Fixtures.Repository("models", "smollm2-135m-instruct", Bundle.ManifestFile)));
        DamagedFile.IsReadOrRefused<BundleException>(folder.File(Bundle.ManifestFile), () => Bundle.Read(folder.Path));
    }

    public void Dispose() => folder.Dispose();
}
