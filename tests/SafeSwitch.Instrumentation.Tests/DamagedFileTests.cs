using SafeSwitch.Instrumentation.Analysis;
using SafeSwitch.Instrumentation.Import;
using SafeSwitch.Instrumentation.Inspection;
using SafeSwitch.Onnx.Configuration;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Tests;

/// <summary>Files that are cut or damaged.</summary>
public sealed class DamagedFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData("model_weights.pth")]
    [InlineData("args.json")]
    public void A_damaged_prober_is_read_or_refused(string file)
    {
        foreach (var part in (string[])["model_weights.pth", "args.json"]) // read and written, since the fixtures may be read-only
            File.WriteAllBytes(folder.File(part), File.ReadAllBytes(Fixtures.ReferenceImplementation("probers", "prompt-mlp64", part)));
        DamagedFile.IsReadOrRefused<ImportException>(folder.File(file), () =>
        {
            ProberArguments.Read(folder.Path);
            using var weights = TorchFile.Open(folder.File("model_weights.pth"));
            foreach (var name in weights.Tensors.Keys)
                weights.Read(name);
        });
    }

    [Theory]
    [InlineData(GenAIConfig.FileName)]
    [InlineData(ModelFolder.HubConfigFile)]
    public void A_damaged_configuration_of_a_model_is_read_or_refused(string file)
    {
        GraphFile.Save(MadeUpDecoder.Make(new DecoderForm()).Model, folder.File("model.onnx"));
        File.WriteAllText(
            folder.File(ModelFolder.HubConfigFile),
            """{"model_type": "made-up", "num_attention_heads": 1, "max_position_embeddings": 64, "eos_token_id": [2, 3], "bos_token_id": 1}""");
        if (file == GenAIConfig.FileName)
        {
            var model = ModelFolder.Open(folder.Path);
            var decoder = DecoderGraph.Analyze(model.Graph, GraphFile.Load(model.Graph));
            File.WriteAllText(folder.File(file), GenAIConfigWriter.For(model, decoder, "model.onnx"));
        }

        DamagedFile.IsReadOrRefused<GraphException>(folder.File(file), () =>
        {
            Inspector.Inspect(folder.Path);
            var model = ModelFolder.Open(folder.Path);
            GenAIConfigWriter.For(model, DecoderGraph.Analyze(model.Graph, GraphFile.Load(model.Graph), model.Logits), "model.serving.onnx");
        });
    }

    public void Dispose() => folder.Dispose();
}
