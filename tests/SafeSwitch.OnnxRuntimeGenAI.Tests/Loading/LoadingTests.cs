using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.Guard;
using SafeSwitch.Onnx.Adapters;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.OnnxRuntimeGenAI.Tests.Loading;

/// <summary>What does not fit is refused when it is loaded, by name.</summary>
public sealed class LoadingTests
{
    [Fact]
    public async Task A_host_that_names_the_backend_gets_its_answers()
    {
        var library = NativeLibraryFixture.Folder;
        using var files = new InstrumentedModel("llama", "fp32");
        var services = new ServiceCollection();
        services.AddSafeSwitch(o => o.BundlePath = files.Folder).UseOnnxRuntimeGenAI(o => o.NativeLibrary = library);
        await using var provider = services.BuildServiceProvider();

        var model = provider.GetRequiredService<GuardedModel>();
        var result = await model.GenerateAsync(new GenerationRequest { Messages = [PromptMessage.User("Hello!")], MaxNewTokens = 4 }, TestContext.Current.CancellationToken);

        Assert.Equal("onnxruntime-genai", model.Info.Backend);
        Assert.Equal(result.Tokens.Count, result.Usage.AnswerTokens);
    }

    [Fact]
    public void A_decoder_without_the_hidden_states_is_refused()
    {
        using var files = new InstrumentedModel("llama", "fp32");
        var manifest = files.Open().Manifest;
        var plain = FileFingerprint.Compute(files.Folder, CopyPlainGraph(files));
        Bundle.Write(files.Folder, manifest with { Decoder = manifest.Decoder with { Graph = plain.File, Files = [plain] } });

        var problems = Assert.Throws<BundleException>(() => Models.GenAI.Load(files.Open())).Problems;

        Assert.Contains(problems, p => p.Field == "hidden_states.2");
        Assert.Contains(problems, p => p.File == "refusal.onnx_adapter" && p.Field == "lm_head.lora_A.weight");
    }

    [Fact]
    public void An_adapter_of_another_model_is_refused()
    {
        using var files = new InstrumentedModel("llama", "fp32");
        new AdapterFile
        {
            Tensors =
            [
                new AdapterTensor("lm_head.lora_A.weight", [files.HiddenSize + 1, 2], ElementType.Float32, new byte[(files.HiddenSize + 1) * 8]),
                new AdapterTensor("lm_head.lora_B.weight", [2, files.VocabularySize], ElementType.Float16, new byte[files.VocabularySize * 4]),
                new AdapterTensor("q_proj.lora_A.weight", [1], ElementType.Float32, new byte[4]),
            ],
        }.Save(Path.Combine(files.Folder, "refusal.onnx_adapter"));

        var problems = Assert.Throws<BundleException>(() => Models.LoadGenAI(files)).Problems;

        Assert.Equal(["lm_head.lora_A.weight", "lm_head.lora_B.weight", "q_proj.lora_A.weight"], problems.Select(p => p.Field).Order());
        Assert.All(problems, p => Assert.Equal("refusal.onnx_adapter", p.File));
    }

    [Theory]
    [InlineData("model.type", "\"nonsense\"")]
    [InlineData("model.decoder.inputs.past_key_names", "\"past.%d\"")]
    [InlineData("model.vocab_size", "385")]
    [InlineData("model.eos_token_id", "99999")]
    public void A_configuration_that_does_not_fit_is_refused(string path, string value)
    {
        var genAI = Models.GenAI;
        using var files = new InstrumentedModel("llama", "fp32");
        Edit(files, path, JsonNode.Parse(value)!);

        var problems = Assert.Throws<BundleException>(() => genAI.Load(files.Open())).Problems;

        Assert.All(problems, p => Assert.True(p.Found.Length > 0 && p.Expected.Length > 0));
    }

    [Fact]
    public void A_file_that_is_not_a_graph_is_refused()
    {
        using var files = new InstrumentedModel("llama", "fp32");
        File.WriteAllText(Path.Combine(files.Folder, "noise.onnx"), "noise");

        var problem = Assert.Single(Assert.Throws<BundleException>(() => Models.LoadGenAI(files.Folder, "noise.onnx")).Problems);

        Assert.Equal("noise.onnx", problem.File);
    }

    [Fact]
    public void Options_out_of_their_range_are_refused_by_name()
    {
        Assert.Contains("IntraOpThreads: found 0", Assert.Throws<Settings.SettingsException>(
            () => new OnnxRuntimeGenAIBackend(new OnnxRuntimeGenAIOptions { IntraOpThreads = 0 })).Message);
        Assert.Contains("device_id", Assert.Throws<Settings.SettingsException>(
            () => new OnnxRuntimeGenAIBackend(new OnnxRuntimeGenAIOptions { ProviderOptions = { ["device_id"] = "0" } })).Message);
    }

    [Fact]
    public void A_provider_that_is_not_there_is_a_typed_error()
    {
        using var files = new InstrumentedModel("llama", "fp32");
        var options = new OnnxRuntimeGenAIOptions { NativeLibrary = NativeLibraryFixture.Folder, ExecutionProvider = "cuda" };

        Assert.Throws<BundleException>(() => new OnnxRuntimeGenAIBackend(options).Load(files.Open()));
    }

    [Fact]
    public void A_process_loads_one_library()
    {
        using var files = new InstrumentedModel("llama", "fp32");
        using var model = Models.LoadGenAI(files);
        var other = new OnnxRuntimeGenAIBackend(new OnnxRuntimeGenAIOptions { NativeLibrary = files.Folder });

        Assert.Contains("already loaded", Assert.Throws<OnnxRuntimeGenAIException>(() => other.Load(files.Open())).Message);
    }

    private static string CopyPlainGraph(InstrumentedModel files)
    {
        const string Name = "plain.onnx";
        File.Copy(Path.Combine(Fixtures.Decoder("llama", "fp32"), "model.onnx"), Path.Combine(files.Folder, Name));
        return Name;
    }

    private static void Edit(InstrumentedModel files, string path, JsonNode value)
    {
        var file = Path.Combine(files.Folder, "genai_config.json");
        var root = JsonNode.Parse(File.ReadAllText(file))!;
        var names = path.Split('.');
        var parent = names[..^1].Aggregate(root, (node, name) => node[name]!);
        parent[names[^1]] = value;
        File.WriteAllText(file, root.ToJsonString());
    }
}
