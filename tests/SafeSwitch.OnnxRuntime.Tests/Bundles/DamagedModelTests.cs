using SafeSwitch.Bundles;
using SafeSwitch.Onnx.Graphs;
using SafeSwitch.OnnxRuntime.Tests.Support;

namespace SafeSwitch.OnnxRuntime.Tests.Bundles;

/// <summary>Model folders that can't be used: each is refused, with the file, what was found and what was expected.</summary>
public sealed class DamagedModelTests(SmallDecoder decoder)
{
    private const string Serving = "model.serving.onnx";

    [Fact]
    public void A_folder_that_is_not_there_is_refused()
    {
        var error = Assert.Throws<BundleException>(() => OnnxLanguageModel.Load(Path.Combine(decoder.Shared, "nowhere")));
        Assert.Contains(error.Problems, p => p is { File: "genai_config.json", Found: "no such file" });
    }

    [Fact]
    public void A_graph_that_is_not_there_is_refused() => Refused(f => File.Delete(f.File(Serving)), Serving, "", "no such file");

    [Fact]
    public void A_graph_cut_short_is_refused() => Refused(f => Cut(f.File(Serving)), Serving, "", "can't load");

    [Fact]
    public void A_graph_of_other_bytes_is_refused() => Refused(f => File.WriteAllText(f.File(Serving), "no graph"), Serving, "", "can't load");

    [Fact]
    public void Weights_cut_short_are_refused() => Refused(f => Cut(f.File("model.onnx.data")), Serving, "", "can't load");

    [Fact]
    public void Weights_that_are_not_there_are_refused() => Refused(f => File.Delete(f.File("model.onnx.data")), Serving, "", "can't load");

    [Fact]
    public void A_tokenizer_cut_short_is_refused() => Refused(f => Cut(f.File("tokenizer.json")), "tokenizer.json", null, "");

    [Fact]
    public void A_configuration_that_names_absent_inputs_is_refused() =>
        Refused(f => Configure(f, "past_key_values.%d.key", "past.%d.k"), Serving, "past.1.k", "no such input");

    [Fact]
    public void A_configuration_that_names_absent_outputs_is_refused() => Refused(f => Configure(f, "\"logits\": \"logits\"", "\"logits\": \"scores\""), Serving, "scores", "no such output");

    [Fact]
    public void A_configuration_of_another_vocabulary_is_refused() => Refused(f => Configure(f, "\"vocab_size\": 384", "\"vocab_size\": 999"), Serving, "logits", "384");

    [Fact]
    public void A_configuration_of_another_width_is_refused() => Refused(f => Configure(f, "\"hidden_size\": 64", "\"hidden_size\": 65"), Serving, "hidden_states.1", "64");

    [Fact]
    public void A_configuration_of_fewer_layers_is_refused() => Refused(f => Configure(f, "\"num_hidden_layers\": 3", "\"num_hidden_layers\": 2"), Serving, "past_key_values.2.key", "an input");

    [Fact]
    public void A_configuration_of_other_heads_is_refused() => Refused(f => Configure(f, "\"num_key_value_heads\": 2", "\"num_key_value_heads\": 4"), Serving, "past_key_values.0.key", "2");

    [Fact]
    public void All_problems_of_a_folder_are_told_at_once()
    {
        using var folder = decoder.Copy();
        Cut(folder.File("tokenizer.json"));
        Configure(folder, "\"vocab_size\": 384", "\"vocab_size\": 999");
        Configure(folder, "\"num_hidden_layers\": 3", "\"num_hidden_layers\": 4");
        var error = Assert.Throws<BundleException>(() => OnnxLanguageModel.Load(folder.Path));
        Assert.Contains(error.Problems, p => p.File == "tokenizer.json");
        Assert.Contains(error.Problems, p => p.Field == "logits");
        Assert.Contains(error.Problems, p => p.Field == "present.3.value");
    }

    [Theory]
    [InlineData(64, 999, ElementType.Float32, 0, "lm_head.lora_B.weight", "[4, 999]")]
    [InlineData(65, 384, ElementType.Float32, 0, "lm_head.lora_A.weight", "[65, 4]")]
    [InlineData(64, 384, ElementType.Float16, 0, "lm_head.lora_A.weight", "fp16")]
    [InlineData(64, 384, ElementType.Float32, 5, "lm_head.lora_B.weight", "[5, 384]")]
    public void An_adapter_for_another_decoder_is_refused(int width, int vocabulary, ElementType type, int rankOfB, string field, string found)
    {
        using var folder = decoder.Copy();
        SmallDecoder.WriteAdapter(folder.File(SmallDecoder.Adapter), width, vocabulary, rank: 4, type, rankOfB);
        var error = Assert.Throws<BundleException>(() => SmallDecoder.Load(folder.Path, withAdapter: true));
        Assert.Contains(error.Problems, p => p.File == SmallDecoder.Adapter && p.Field == field && p.Found == found);
    }

    [Fact]
    public void An_adapter_cut_short_is_refused()
    {
        using var folder = decoder.Copy();
        Cut(folder.File(SmallDecoder.Adapter));
        var error = Assert.Throws<BundleException>(() => SmallDecoder.Load(folder.Path, withAdapter: true));
        Assert.Equal(SmallDecoder.Adapter, Assert.Single(error.Problems).File);
    }

    [Fact]
    public void An_adapter_on_a_decoder_without_slots_is_refused()
    {
        using var folder = decoder.Copy();
        File.Copy(Path.Combine(SmallDecoder.Source, "model.onnx"), folder.File("model.onnx"));
        var error = Assert.Throws<BundleException>(() => SmallDecoder.Load(folder.Path, graph: "model.onnx", withAdapter: true));
        Assert.Equal(2, error.Problems.Count);
        Assert.All(error.Problems, p => Assert.EndsWith("replace: none", p.Expected, StringComparison.Ordinal));
    }

    [Fact]
    public void An_execution_provider_that_nobody_knows_is_refused()
    {
        var error = Assert.Throws<SafeSwitchException>(() => OnnxLanguageModel.Load(decoder.Shared, options: new OnnxRuntimeOptions { ExecutionProvider = "abacus" }));
        Assert.Contains("'abacus', expected cpu or cuda", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cuda_is_refused_where_there_is_none()
    {
        Assert.SkipUnless(TestProvider.IsCpu, "there may be CUDA");
        var error = Assert.Throws<SafeSwitchException>(() => OnnxLanguageModel.Load(decoder.Shared, options: new OnnxRuntimeOptions { ExecutionProvider = "cuda" }));
        Assert.Contains("Microsoft.ML.OnnxRuntime.Gpu", error.Message, StringComparison.Ordinal);
    }

    private void Refused(Action<TemporaryFolder> damage, string file, string? field, string found)
    {
        using var folder = decoder.Copy();
        damage(folder);
        var error = Assert.Throws<BundleException>(() => OnnxLanguageModel.Load(folder.Path));
        Assert.Contains(error.Problems, p => p.File == file && (field is null || p.Field == field) && p.Found.Contains(found, StringComparison.Ordinal) && p.Expected.Length > 0);
    }

    private static void Cut(string path)
    {
        using var stream = File.OpenWrite(path);
        stream.SetLength(stream.Length / 2);
    }

    private static void Configure(TemporaryFolder folder, string from, string to)
    {
        var path = folder.File("genai_config.json");
        var text = File.ReadAllText(path);
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(from, to, StringComparison.Ordinal));
    }
}
