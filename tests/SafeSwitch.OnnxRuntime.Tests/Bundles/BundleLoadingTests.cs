using System.Security.Cryptography;
using SafeSwitch.Bundles;
using SafeSwitch.OnnxRuntime.Tests.Support;
using SafeSwitch.Policies;

namespace SafeSwitch.OnnxRuntime.Tests.Bundles;

/// <summary>A bundle made of the small decoder, a probe and an adapter, loaded whole.</summary>
public sealed class BundleLoadingTests(SmallDecoder decoder)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_bundle_that_fits_is_loaded_and_its_probe_reads_the_states_of_a_session()
    {
        using var folder = decoder.Copy();
        var bundle = Write(folder, new ProbeGraph { HiddenStates = ["hidden_states", "hidden_states.1"] });
        await using var loaded = new OnnxRuntimeBackend(TestProvider.Options(threads: 1)).Load(bundle);
        Assert.Equal(["hidden_states", "hidden_states.0", "hidden_states.1", "hidden_states.2"], loaded.Model.Info.HiddenStates);
        Assert.Equal(["refusal"], loaded.Model.Info.Adapters);
        var probe = Assert.Single(loaded.Probes);

        await using var session = await loaded.Model.OpenAsync(20, [.. probe.HiddenStates]);
        await session.PrefillAsync(SmallDecoder.Prompt(1, 9), Token);
        var states = probe.HiddenStates.Select(session.GetHiddenStates).ToArray();
        var sum = states[1].Rows().Sum();
        Assert.Equal(1 / (1 + MathF.Exp(-sum)), probe.Score(states, default).Probability, TestProvider.Tolerance(1e-4f, others: 1e-2f));
    }

    [Fact]
    public void A_probe_of_another_width_and_an_adapter_for_another_vocabulary_are_reported_together()
    {
        using var folder = decoder.Copy();
        SmallDecoder.WriteAdapter(folder.File(SmallDecoder.Adapter), SmallDecoder.Width, vocabulary: 500, rank: 4);
        var bundle = Write(folder, new ProbeGraph { Width = 32 });
        var error = Assert.Throws<BundleException>(() => new OnnxRuntimeBackend().Load(bundle));
        Assert.Contains(error.Problems, p => p is { File: "probe.onnx", Field: "hidden_states", Found: "width 32" });
        Assert.Contains(error.Problems, p => p is { File: SmallDecoder.Adapter, Field: "lm_head.lora_B.weight" });
    }

    [Fact]
    public void A_probe_of_a_layer_that_the_decoder_does_not_export_is_refused()
    {
        using var folder = decoder.Copy();
        var bundle = Write(folder, new ProbeGraph { HiddenStates = ["hidden_states.7"] });
        var error = Assert.Throws<BundleException>(() => new OnnxRuntimeBackend().Load(bundle));
        Assert.Contains(error.Problems, p => p.Found == "hidden_states.7" && p.Expected.Contains("hidden_states.2", StringComparison.Ordinal));
    }

    [Fact]
    public void A_probe_that_reads_another_layer_than_the_manifest_says_is_refused()
    {
        using var folder = decoder.Copy();
        var bundle = Write(folder, new ProbeGraph { HiddenStates = ["hidden_states.1"] }, manifestStates: ["hidden_states.2"]);
        var error = Assert.Throws<BundleException>(() => new OnnxRuntimeBackend().Load(bundle));
        Assert.Equal(["hidden_states.2", "hidden_states.1"], error.Problems.Where(p => p.File == "probe.onnx").Select(p => p.Field));
    }

    [Fact]
    public void A_probe_without_its_output_and_a_file_that_is_not_a_probe_are_refused()
    {
        using var folder = decoder.Copy();
        var error = Assert.Throws<BundleException>(() => new OnnxRuntimeBackend().Load(Write(folder, new ProbeGraph { Output = "score" })));
        Assert.Equal("probability", Assert.Single(error.Problems).Field);

        using var other = decoder.Copy();
        var bundle = Write(other, new ProbeGraph());
        File.WriteAllText(other.File("probe.onnx"), "no graph");
        error = Assert.Throws<BundleException>(() => new OnnxRuntimeBackend().Load(bundle));
        Assert.Equal("probe.onnx", Assert.Single(error.Problems).File);
    }

    [Fact]
    public void A_manifest_for_another_decoder_is_refused()
    {
        using var folder = decoder.Copy();
        var bundle = Write(folder, new ProbeGraph(), hiddenSize: 128);
        var error = Assert.Throws<BundleException>(() => new OnnxRuntimeBackend().Load(bundle));
        Assert.Contains(error.Problems, p => p is { File: Bundle.ManifestFile, Field: "decoder.hidden_size", Found: "128" });
    }

    [Fact]
    public void Weights_without_a_digest_are_refused()
    {
        using var folder = decoder.Copy();
        var bundle = Write(folder, new ProbeGraph(), decoderFiles: ["model.serving.onnx"]);

        var problem = Assert.Single(Assert.Throws<BundleException>(() => new OnnxRuntimeBackend().Load(bundle)).Problems);

        Assert.Equal(("model.serving.onnx", "weights in 'model.onnx.data'"), (problem.File, problem.Found));
    }

    [Fact]
    public void An_adapter_of_another_rank_than_the_manifest_says_is_refused()
    {
        using var folder = decoder.Copy();
        var bundle = Write(folder, new ProbeGraph(), rank: 16);
        var problem = Assert.Single(Assert.Throws<BundleException>(() => new OnnxRuntimeBackend().Load(bundle)).Problems);
        Assert.Equal(("adapters.refusal.rank", "16"), (problem.Field, problem.Found));
    }

    private static Bundle Write(TemporaryFolder folder, ProbeGraph probe, string[]? manifestStates = null, int hiddenSize = SmallDecoder.Width, int rank = 4, string[]? decoderFiles = null)
    {
        probe.Save(folder.File("probe.onnx"));
        string[] exported = ["hidden_states", "hidden_states.0", "hidden_states.1", "hidden_states.2", "hidden_states.7"];
        var states = manifestStates ?? probe.HiddenStates;
        Bundle.Write(folder.Path, new BundleManifest
        {
            Schema = BundleManifest.CurrentSchema,
            Decoder = new DecoderDescription
            {
                Name = "small",
                Graph = "model.serving.onnx",
                Files = [.. (decoderFiles ?? ["model.serving.onnx", "model.onnx.data"]).Select(f => FileFingerprint.Compute(folder.Path, f))],
                HiddenSize = hiddenSize,
                VocabularySize = SmallDecoder.Vocabulary,
                HiddenStates = [.. exported.Where(e => e != "hidden_states.7" || states.Contains(e))],
            },
            Files = FileDigest.OfFolder(folder.Path),
            Probes =
            [
                new ProbeDescription
                {
                    Name = "prompt", File = "probe.onnx", Sha256 = Hash("probe.onnx"), Stage = MonitorStage.Prompt, HiddenStates = states, Pooling = "sum",
                },
            ],
            Adapters = [new AdapterDescription { Name = "refusal", File = SmallDecoder.Adapter, Sha256 = Hash(SmallDecoder.Adapter), Rank = rank }],
            Policies = new Dictionary<string, SafetyPolicy> { ["balanced"] = new() { Stages = GuardStages.Prompt } },
            DefaultPolicy = "balanced",
        });
        return Bundle.Open(folder.Path);

        string Hash(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(folder.File(file))));
    }
}
