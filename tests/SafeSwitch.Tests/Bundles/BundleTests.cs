using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using SafeSwitch.Bundles;
using SafeSwitch.Policies;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Tests.Bundles;

public class BundleTests
{
    [Fact]
    public void What_is_written_is_what_is_read()
    {
        using var folder = Toy.WriteBundle();

        var read = Bundle.Read(folder.Path).Manifest;
        using var again = Toy.WriteBundle(read);

        Assert.Equal(File.ReadAllText(folder.File(Bundle.ManifestFile)), File.ReadAllText(again.File(Bundle.ManifestFile)));
        Assert.Equal(0.7, read.Policies["balanced"].PromptThreshold);
        Assert.Equal(GuardStages.Prompt, read.Policies["strict"].Stages);
        Assert.Equal(MonitorStage.Response, read.Probes[1].Stage);
    }

    [Fact]
    public void What_may_be_left_out_has_its_default()
    {
        using var folder = Toy.WriteBundle();
        Remove(folder, "$.probes[0].calibration");
        Remove(folder, "$.adapters[0].target");
        Remove(folder, "$.policies.balanced.pilot_tokens");

        var read = Bundle.Read(folder.Path).Manifest;

        Assert.Empty(read.Probes[0].Calibration);
        Assert.Equal("lm_head", read.Adapters[0].Target);
        Assert.Equal(new SafetyPolicy().PilotTokens, read.Policies["balanced"].PilotTokens);
        Assert.Equal(new SafetyPolicy().FixedRefusal, read.Policies["balanced"].FixedRefusal);
    }

    [Fact]
    public void A_bundle_whose_files_are_as_described_opens()
    {
        using var folder = WriteFiles();

        Assert.Equal("toy", Bundle.Open(folder.Path).Manifest.Decoder.Name);
    }

    [Fact]
    public void Everything_wrong_with_the_files_is_told_in_one_go()
    {
        using var folder = WriteFiles();
        File.WriteAllText(folder.File("model.onnx"), "mudel");
        File.WriteAllText(folder.File("prompt.onnx"), "other");
        File.Delete(folder.File("response.onnx"));
        File.WriteAllText(folder.File("refusal.onnx_adapter"), "");

        var problems = Assert.Throws<BundleException>(() => Bundle.Open(folder.Path)).Problems;

        Assert.Equal(
            [("model.onnx", "fingerprint"), ("prompt.onnx", "sha256"), ("response.onnx", ""), ("refusal.onnx_adapter", "sha256")],
            problems.Select(p => (p.File, p.Field)));
        Assert.All(problems, p => Assert.NotEqual(p.Found, p.Expected));
    }

    [Fact]
    public void A_weight_file_cut_short_is_told_with_both_lengths()
    {
        using var folder = WriteFiles();
        File.WriteAllText(folder.File("model.onnx"), "mod");

        var problem = Assert.Single(Assert.Throws<BundleException>(() => Bundle.Open(folder.Path)).Problems);

        Assert.Equal(("model.onnx", "length", "3 bytes", "5 bytes"), (problem.File, problem.Field, problem.Found, problem.Expected));
    }

    [Theory]
    [InlineData("$.schema", "2")]
    [InlineData("$.default_policy", "\"lax\"")]
    [InlineData("$.decoder.hidden_size", "0")]
    [InlineData("$.decoder.graph", "\"../../etc/passwd\"")]
    [InlineData("$.policies.balanced.prompt_threshold", "1.01")]
    [InlineData("$.policies.balanced.prompt_threshold", "-0.1")]
    [InlineData("$.policies.balanced.pilot_tokens", "0")]
    [InlineData("$.policies.balanced.monitor_timeout", "\"00:00:00\"")]
    [InlineData("$.policies.balanced.adapter", "\"missing\"")]
    [InlineData("$.policies.balanced.intervention", "\"Shrug\"")]
    [InlineData("$.probes[0].hidden_states", "[\"hidden_states.7\"]")]
    [InlineData("$.probes[0].file", "\"\"")]
    [InlineData("$.probes[0].stage", "\"Response\"")]
    [InlineData("$.adapters[0].rank", "-1")]
    [InlineData("$.probes", "7")]
    [InlineData("$.surprise", "1")]
    public void A_field_that_makes_no_sense_is_named(string path, string value)
    {
        using var folder = Toy.WriteBundle();
        Edit(folder, path, value);

        var error = Assert.Throws<BundleException>(() => Bundle.Read(folder.Path));

        var field = path.Split('.')[^1].Split('[')[0];
        Assert.Contains(error.Problems, p => p.File == Bundle.ManifestFile && (p.Field + p.Found).Contains(field, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"schema\":1}")]
    public void Broken_json_is_refused(string json)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File(Bundle.ManifestFile), json);

        Assert.Throws<BundleException>(() => Bundle.Read(folder.Path));
    }

    [Fact]
    public void A_folder_that_is_no_bundle_tells_how_to_make_one()
    {
        using var folder = new TemporaryFolder();

        Assert.Contains("safeswitch build", Assert.Throws<BundleException>(() => Bundle.Read(folder.Path)).Message, StringComparison.Ordinal);
        Assert.Throws<BundleException>(() => Bundle.Read(folder.File("absent")));
    }

    [Fact]
    public void Writing_nonsense_leaves_the_old_file()
    {
        using var folder = Toy.WriteBundle();
        var before = File.ReadAllText(folder.File(Bundle.ManifestFile));

        Assert.Throws<BundleException>(() => Bundle.Write(folder.Path, Toy.Manifest with { DefaultPolicy = "lax" }));

        Assert.Equal(before, File.ReadAllText(folder.File(Bundle.ManifestFile)));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_fingerprint_notices_a_change_at_both_ends_of_a_large_file_and_its_length()
    {
        using var folder = new TemporaryFolder();
        var bytes = new byte[FileFingerprint.WholeFileLimit + 12345];
        new Random(1).NextBytes(bytes);
        string Digest()
        {
            File.WriteAllBytes(folder.File("w"), bytes);
            return FileFingerprint.Compute(folder.Path, "w").Digest;
        }

        var original = Digest();
        bytes[0] ^= 1;
        Assert.NotEqual(original, Digest());
        bytes[0] ^= 1;
        bytes[^1] ^= 1;
        Assert.NotEqual(original, Digest());
        bytes[^1] ^= 1;
        Assert.Equal(original, Digest());
        Array.Resize(ref bytes, bytes.Length - 1);
        Assert.NotEqual(original, Digest());
    }

    private static TemporaryFolder WriteFiles()
    {
        var folder = new TemporaryFolder();
        foreach (var file in new[] { "prompt.onnx", "response.onnx", "refusal.onnx_adapter" })
            File.WriteAllText(folder.File(file), file);
        File.WriteAllText(folder.File("model.onnx"), "model");
        static string Sha(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        Bundle.Write(folder.Path, Toy.Manifest with
        {
            Decoder = Toy.Manifest.Decoder with { Files = [FileFingerprint.Compute(folder.Path, "model.onnx")] },
            Probes = [.. Toy.Manifest.Probes.Select(p => p with { Sha256 = Sha(p.File) })],
            Adapters = [.. Toy.Manifest.Adapters.Select(a => a with { Sha256 = Sha(a.File) })],
        });
        return folder;
    }

    private static void Remove(TemporaryFolder folder, string path) => Edit(folder, path, null);

    private static void Edit(TemporaryFolder folder, string path, string? value)
    {
        var file = folder.File(Bundle.ManifestFile);
        JsonNode root = JsonNode.Parse(File.ReadAllText(file))!;
        var node = root;
        var parts = path[2..].Replace("[", ".[", StringComparison.Ordinal).Split('.');
        foreach (var part in parts[..^1])
            node = part[0] == '[' ? node[int.Parse(part[1..^1], System.Globalization.CultureInfo.InvariantCulture)]! : node[part]!;
        if (value is null)
            Assert.True(node.AsObject().Remove(parts[^1]));
        else
            node[parts[^1]] = JsonNode.Parse(value);
        File.WriteAllText(file, root.ToJsonString());
    }
}
