using System.Security.Cryptography;
using System.Text.Json.Nodes;
using SafeSwitch.Bundles;
using SafeSwitch.Cli.Shared;

namespace SafeSwitch.Cli.Tests;

public sealed class VerifyTests : IDisposable
{
    private readonly TestBundle bundle = TestBundle.Create();

    public void Dispose() => bundle.Dispose();

    [Fact]
    public async Task A_bundle_that_is_what_it_says_is_told_so()
    {
        var run = await Tool.RunAsync("verify", bundle.Folder, "--json");

        Assert.Equal(ExitCodes.Done, run.ExitCode);
        Assert.True(run.Json.GetProperty("files").GetInt32() > 5);
        Assert.False(run.Json.TryGetProperty("signed_by", out _));
        Assert.Contains("none", (await Tool.RunAsync("verify", bundle.Folder)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_changed_byte_is_told_with_its_file()
    {
        var file = Path.Combine(bundle.Folder, "tokenizer.json");
        var bytes = File.ReadAllBytes(file);
        bytes[^2] ^= 1;
        File.WriteAllBytes(file, bytes);

        var run = await Tool.RunAsync("verify", bundle.Folder);

        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.Contains("tokenizer.json: sha256", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_one_key_signed_is_trusted_by_it_and_by_no_other()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (secret, known, foreign) = (Path.Combine(bundle.Root, "private.pem"), Path.Combine(bundle.Root, "public.pem"), Path.Combine(bundle.Root, "other.pem"));
        File.WriteAllText(secret, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(known, key.ExportSubjectPublicKeyInfoPem());
        File.WriteAllText(foreign, other.ExportSubjectPublicKeyInfoPem());
        Assert.Equal(ExitCodes.BadInput, (await Tool.RunAsync("verify", bundle.Folder, "--key", known)).ExitCode);

        var signed = await Tool.RunAsync("sign", bundle.Folder, "--key", secret, "--json");
        Assert.Equal(ExitCodes.Done, signed.ExitCode);

        var verified = await Tool.RunAsync("verify", bundle.Folder, "--key", foreign, "--key", known, "--json");
        Assert.Equal(signed.Json.GetProperty("signed_by").GetString(), verified.Json.GetProperty("signed_by").GetString());
        Assert.Equal(ExitCodes.BadInput, (await Tool.RunAsync("verify", bundle.Folder, "--key", foreign)).ExitCode);
        Assert.Equal(ExitCodes.BadInput, (await Tool.RunAsync("verify", bundle.Folder, "--key", Path.Combine(bundle.Root, "absent.pem"))).ExitCode);
        Assert.Equal(ExitCodes.BadInput, (await Tool.RunAsync("sign", bundle.Folder, "--key", known)).ExitCode);
    }

    [Fact]
    public async Task A_bundle_of_an_older_version_is_told_what_to_run_and_that_mends_it()
    {
        var path = Path.Combine(bundle.Folder, Bundle.ManifestFile);
        var manifest = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        manifest["schema"] = 1;
        manifest.Remove("files");
        foreach (var file in manifest["decoder"]!["files"]!.AsArray())
            file!.AsObject().Remove("sha256");
        File.WriteAllText(path, manifest.ToJsonString());
        Assert.Contains($"next: safeswitch seal {bundle.Folder}", (await Tool.RunAsync("verify", bundle.Folder)).Error, StringComparison.Ordinal);

        Assert.Equal(ExitCodes.Done, (await Tool.RunAsync("seal", bundle.Folder)).ExitCode);

        Assert.Equal(ExitCodes.Done, (await Tool.RunAsync("verify", bundle.Folder)).ExitCode);
    }

    [Fact]
    public async Task A_changed_file_is_sealed_only_when_that_is_meant()
    {
        File.AppendAllText(Path.Combine(bundle.Folder, "prompt.onnx"), "x");

        Assert.Equal(ExitCodes.BadInput, (await Tool.RunAsync("seal", bundle.Folder)).ExitCode);
        Assert.Equal(ExitCodes.Done, (await Tool.RunAsync("seal", bundle.Folder, "--accept-changes", "--json")).ExitCode);
        Assert.Equal(ExitCodes.Done, (await Tool.RunAsync("verify", bundle.Folder)).ExitCode);
    }
}
