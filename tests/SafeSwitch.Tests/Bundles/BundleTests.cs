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
        using var folder = Toy.WriteOpenableBundle();

        Assert.Equal("toy", Bundle.Open(folder.Path).Manifest.Decoder.Name);
    }

    [Fact]
    public void Everything_wrong_with_the_files_is_told_in_one_go()
    {
        using var folder = Toy.WriteOpenableBundle();
        File.WriteAllText(folder.File("model.onnx"), "mudel");
        File.WriteAllText(folder.File("prompt.onnx"), "other");
        File.Delete(folder.File("response.onnx"));
        File.WriteAllText(folder.File("refusal.onnx_adapter"), "");

        var problems = Assert.Throws<BundleException>(() => Bundle.Open(folder.Path)).Problems;

        Assert.Equal(
            [("response.onnx", ""), ("model.onnx", "fingerprint"), ("prompt.onnx", "sha256"), ("refusal.onnx_adapter", "sha256")],
            problems.Select(p => (p.File, p.Field)));
        Assert.All(problems, p => Assert.NotEqual(p.Found, p.Expected));
    }

    [Fact]
    public void A_weight_file_cut_short_is_told_with_both_lengths()
    {
        using var folder = Toy.WriteOpenableBundle();
        File.WriteAllText(folder.File("model.onnx"), "mod");

        var problem = Assert.Single(Assert.Throws<BundleException>(() => Bundle.Open(folder.Path)).Problems);

        Assert.Equal(("model.onnx", "length", "3 bytes", "5 bytes"), (problem.File, problem.Field, problem.Found, problem.Expected));
    }

    [Theory]
    [InlineData("$.schema", "3")]
    [InlineData("$.schema", "\"2\"")]
    [InlineData("$.files", "null")]
    [InlineData("$.decoder.files[0].sha256", "\"00\"")]
    [InlineData("$.decoder.files[0].file", "\"/model.onnx\"")]
    [InlineData("$.decoder.files[0].file", "\"C:model.onnx\"")]
    [InlineData("$.decoder.training_graph", "\"a/./b\"")]
    [InlineData("$.policies.balanced.prompt_treshold", "0.3")]
    [InlineData("$.policies.balanced.prompt_threshold", "\"0.3\"")]
    [InlineData("$.policies.balanced.PromptThreshold", "0.3")]
    [InlineData("$.policies.balanced.allow_weaker", "true")]
    [InlineData("$.policies.balanced.stages", "1")]
    [InlineData("$.policies.balanced.monitor_timeout", "\"5\"")]
    [InlineData("$.policies.balanced.monitor_timeout", "\"10675199.02:48:05.4775807\"")]
    [InlineData("$.policies.Balanced", "{}")]
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
        Assert.Contains(error.Problems, p => p.File == Bundle.ManifestFile && (p.Field + p.Found).Contains(field, StringComparison.OrdinalIgnoreCase));
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
    public void A_folder_that_is_not_a_bundle_is_told_so()
    {
        using var folder = new TemporaryFolder();

        Assert.Contains("expected a bundle", Assert.Throws<BundleException>(() => Bundle.Read(folder.Path)).Message, StringComparison.Ordinal);
        Assert.Throws<BundleException>(() => Bundle.Read(folder.File("absent")));
    }

    [Fact]
    public void Writing_nonsense_leaves_the_old_file()
    {
        using var folder = Toy.WriteBundle();
        var before = File.ReadAllText(folder.File(Bundle.ManifestFile));

        Assert.Throws<BundleException>(() => Bundle.Write(folder.Path, Toy.Manifest with { DefaultPolicy = "lax" }));
        Assert.Throws<BundleException>(() => Bundle.Write(folder.Path, Toy.Manifest with { DefaultPolicy = null! }));
        Assert.Throws<BundleException>(() => Bundle.Write(folder.Path, Toy.Manifest with { Probes = [null!] }));
        var noNumber = Toy.Manifest.Provenance ?? new Provenance { Tool = "t", Seed = 1, Metrics = new Dictionary<string, double> { ["recall"] = double.NaN } };
        Assert.Throws<BundleException>(() => Bundle.Write(folder.Path, Toy.Manifest with { Provenance = noNumber }));

        Assert.Equal(before, File.ReadAllText(folder.File(Bundle.ManifestFile)));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Theory]
    [MemberData(nameof(Nulls))]
    public void A_null_is_refused_by_its_path(string path)
    {
        using var folder = Toy.WriteBundle(ManifestFuzzTests.Whole);
        Edit(folder, path, "null");

        Assert.Contains(path, Assert.Throws<BundleException>(() => Bundle.Read(folder.Path)).Problems.Select(p => p.Field));
    }

    public static TheoryData<string> Nulls() =>
    [
        "$.schema", "$.decoder", "$.files", "$.probes", "$.adapters", "$.policies", "$.default_policy", "$.decoder.name", "$.decoder.graph",
        "$.decoder.files", "$.decoder.hidden_states", "$.decoder.hidden_states[0]", "$.decoder.files[0]", "$.decoder.files[0].file",
        "$.decoder.files[0].digest", "$.decoder.files[0].sha256", "$.files[0]", "$.files[0].file", "$.files[0].sha256", "$.probes[0]", "$.probes[0].name",
        "$.probes[0].file", "$.probes[0].sha256", "$.probes[0].hidden_states", "$.probes[0].hidden_states[0]", "$.probes[0].stage",
        "$.probes[0].calibration", "$.probes[0].calibration[0]", "$.probes[0].calibration[0].bounds[0]", "$.adapters[0]", "$.adapters[0].file", "$.adapters[0].sha256",
        "$.adapters[0].target", "$.policies.balanced", "$.policies.balanced.fixed_refusal", "$.provenance.data_sets[0]", "$.provenance.data_sets[0].licences",
        "$.provenance.tool",
    ];

    [Fact]
    public void A_mistyped_field_is_told_with_the_name_that_was_meant_and_everything_else_with_it()
    {
        using var folder = Toy.WriteBundle();
        Edit(folder, "$.policies.balanced.prompt_treshold", "0.3");
        Edit(folder, "$.policies.strict.intervention", "\"FixedRefusl\"");
        Edit(folder, "$.probes[1].file", "\"../p.onnx\"");
        Remove(folder, "$.adapters[0].sha256");

        var problems = Assert.Throws<BundleException>(() => Bundle.Read(folder.Path)).Problems.ToDictionary(p => p.Field, p => p.Expected);

        Assert.EndsWith("did you mean 'prompt_threshold'?", problems["$.policies.balanced.prompt_treshold"], StringComparison.Ordinal);
        Assert.EndsWith("did you mean 'FixedRefusal'?", problems["$.policies.strict.intervention"], StringComparison.Ordinal);
        Assert.Contains("$.adapters[0].sha256", problems.Keys);
    }

    [Fact]
    public void A_byte_order_mark_is_not_a_mistake()
    {
        using var folder = Toy.WriteBundle();
        var file = folder.File(Bundle.ManifestFile);
        File.WriteAllText(file, File.ReadAllText(file), new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: true));

        Assert.Equal("toy", Bundle.Read(folder.Path).Manifest.Decoder.Name);
    }

    [Fact]
    public void A_bundle_without_probes_is_one()
    {
        using var folder = Toy.WriteOpenableBundle(Toy.Manifest with { Probes = [] });

        Assert.Empty(Bundle.Open(folder.Path).Manifest.Probes);
    }

    [Fact]
    public void Files_that_decide_behaviour_are_compared_whole()
    {
        using var folder = Toy.WriteOpenableBundle();
        File.AppendAllText(folder.File("chat_template.jinja"), " ");
        File.WriteAllText(folder.File("chat_template.json"), "{}");

        var problems = Assert.Throws<BundleException>(() => Bundle.Open(folder.Path)).Problems;

        Assert.Equal([("chat_template.jinja", "sha256"), ("chat_template.json", "")], problems.Select(p => (p.File, p.Field)));
    }

    [Fact]
    public void One_byte_of_the_weights_is_found_when_all_of_them_are_read()
    {
        using var folder = Toy.WriteOpenableBundle();
        var bytes = new byte[FileFingerprint.WholeFileLimit + 100_000];
        File.WriteAllBytes(folder.File("model.onnx"), bytes);
        var manifest = Bundle.Read(folder.Path).Manifest;
        Bundle.Write(folder.Path, manifest with { Decoder = manifest.Decoder with { Files = [FileFingerprint.Compute(folder.Path, "model.onnx")] } });

        // Between the first sampled block and the second.
        bytes[65_540] = 1;
        File.WriteAllBytes(folder.File("model.onnx"), bytes);

        Assert.NotNull(Bundle.Open(folder.Path));
        var problem = Assert.Single(Assert.Throws<BundleException>(() => Bundle.Open(folder.Path, new BundleChecks { VerifyWeights = true })).Problems);
        Assert.Equal(("model.onnx", "sha256"), (problem.File, problem.Field));
    }

    [Fact]
    public void A_symbolic_link_is_refused_wherever_it_leads()
    {
        using var folder = Toy.WriteOpenableBundle();
        using var elsewhere = new TemporaryFolder();
        File.Move(folder.File("prompt.onnx"), elsewhere.File("prompt.onnx"));
        File.CreateSymbolicLink(folder.File("prompt.onnx"), elsewhere.File("prompt.onnx"));

        var problem = Assert.Single(Assert.Throws<BundleException>(() => Bundle.Open(folder.Path)).Problems);

        Assert.Equal("prompt.onnx", problem.File);
        Assert.Contains("symbolic link", problem.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void The_training_graph_may_stay_at_home()
    {
        var decoder = Toy.Manifest.Decoder with { TrainingGraph = "training.onnx" };
        using var folder = Toy.WriteOpenableBundle(Toy.Manifest with { Decoder = decoder });
        File.WriteAllText(folder.File("training.onnx"), "graph");
        var manifest = Bundle.Read(folder.Path).Manifest;
        Bundle.Write(folder.Path, manifest with
        {
            Decoder = manifest.Decoder with { Files = [.. manifest.Decoder.Files, FileFingerprint.Compute(folder.Path, "training.onnx")] },
        });

        File.WriteAllText(folder.File("training.onnx"), "other");
        Assert.Throws<BundleException>(() => Bundle.Open(folder.Path));
        File.Delete(folder.File("training.onnx"));
        Assert.NotNull(Bundle.Open(folder.Path));
    }

    [Fact]
    public void A_bundle_of_the_older_schema_is_sealed_again_once_its_files_are_what_it_says()
    {
        using var folder = Toy.WriteOpenableBundle();
        var sealedOnce = File.ReadAllText(folder.File(Bundle.ManifestFile));
        Edit(folder, "$.schema", "1");
        Remove(folder, "$.files");
        Remove(folder, "$.decoder.files[0].sha256");
        var problem = Assert.Single(Assert.Throws<BundleException>(() => Bundle.Open(folder.Path)).Problems);
        Assert.Equal(("$.schema", "1"), (problem.Field, problem.Found));
        Assert.Contains("seal", problem.Expected, StringComparison.Ordinal);

        Bundle.Seal(folder.Path);

        Assert.Equal(sealedOnce, File.ReadAllText(folder.File(Bundle.ManifestFile)));
    }

    [Fact]
    public void A_change_is_sealed_only_if_it_is_meant()
    {
        using var folder = Toy.WriteOpenableBundle();
        File.WriteAllText(folder.File("prompt.onnx"), "other");
        File.WriteAllText(folder.File("chat_template.jinja"), "other");

        var problems = Assert.Throws<BundleException>(() => Bundle.Seal(folder.Path)).Problems;
        Assert.Equal(["chat_template.jinja", "prompt.onnx"], problems.Select(p => p.File).Order(StringComparer.Ordinal));
        Assert.Throws<BundleException>(() => Bundle.Open(folder.Path));

        Assert.NotNull(Bundle.Seal(folder.Path, acceptChanges: true));
        Assert.NotNull(Bundle.Open(folder.Path));
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
        else if (parts[^1][0] == '[')
            node[int.Parse(parts[^1][1..^1], System.Globalization.CultureInfo.InvariantCulture)] = JsonNode.Parse(value);
        else
            node[parts[^1]] = JsonNode.Parse(value);
        File.WriteAllText(file, root.ToJsonString());
    }
}
