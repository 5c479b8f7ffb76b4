using SafeSwitch.Instrumentation.Inspection;
using SafeSwitch.Instrumentation.Rewriting;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Tests.Inspection;

public sealed class InspectorTests
{
    public static TheoryData<string, string> Decoders => DecoderFixtures.All();

    [Theory]
    [MemberData(nameof(Decoders))]
    public void Every_real_decoder_is_known_for_what_it_is(string architecture, string variant)
    {
        var report = Inspector.Inspect(Fixtures.Decoder(architecture, variant));
        Assert.True(report.CanInstrument, string.Join("; ", report.Problems));
        Assert.Equal((3, 64, 384), (report.Layers, report.HiddenSize, report.VocabularySize));
        Assert.Equal(architecture == "llama-tied" ? "llama" : architecture, report.Architecture);
        Assert.Equal(256, report.ContextLength);
        Assert.Equal([0, 1, 2], report.LayersThatCanBeNamed);
        Assert.Equal(variant.StartsWith("hub", StringComparison.Ordinal), report.TakesPositionIds);
        Assert.Equal(DecoderFixtures.IsHalf(variant) ? ElementType.Float16 : ElementType.Float32, report.StateType);
        Assert.Equal(variant == "fp32-pruned", report.Head!.Pruned);
        Assert.Equal(variant == "fp32-hidden" ? ["hidden_states"] : [], report.HiddenStates);
        Assert.Equal(architecture is "llama-tied" or "qwen2" && variant != "int8" && !variant.StartsWith("hub", StringComparison.Ordinal), report.TiedEmbeddings);
        Assert.False(report.HasAdapterSlots);
        Assert.Equal(variant switch
        {
            "int4" => "4-bit blocks of 32 without zero points",
            "int4-asym" => "4-bit blocks of 32 with zero points",
            "int4-head8" or "int8" => "8-bit blocks of 32 without zero points",
            "int4-shared" => report.Head.Storage,
            _ when DecoderFixtures.IsHalf(variant) => "fp16",
            _ when variant.Contains("quantized", StringComparison.Ordinal) => "8-bit, activations quantised while running",
            _ => "fp32",
        }, report.Head.Storage);
        Assert.Equal(variant.StartsWith("hub", StringComparison.Ordinal) ? "RMS norm in plain operators" : "SkipSimplifiedLayerNormalization", report.FinalNorm);
    }

    [Fact]
    public void The_shipped_model_shares_head_and_embedding()
    {
        var report = Inspector.Inspect(Fixtures.ShippedBundle("model.onnx"));
        Assert.True(report.TiedEmbeddings);
        Assert.Equal((30, 576, 49152), (report.Layers, report.HiddenSize, report.VocabularySize));
        Assert.Equal(4, report.WeightFiles.Count);
        Assert.Equal(["output 'logits'", "MatMulNBits '/lm_head/MatMul_Q8'"], report.Head!.FoundBy);
    }

    [Fact]
    public void What_is_wrong_is_in_the_report()
    {
        using var folder = new TemporaryFolder();
        var (model, _) = MadeUpDecoder.Make(new DecoderForm());
        GraphRewriter.Rename(model.Graph, "logits", "scores");
        new ExternalData("absent.data", 0, 4).ApplyTo(model.Graph.Initializer[0]);
        GraphFile.Save(model, folder.File("model.onnx"));
        var report = Inspector.Inspect(folder.Path);
        Assert.False(report.CanInstrument);
        Assert.Collection(
            report.Problems,
            problem => Assert.Contains("absent.data", problem, StringComparison.Ordinal),
            problem => Assert.Contains("no 'logits' output", problem, StringComparison.Ordinal));
    }

    [Fact]
    public void What_was_instrumented_shows()
    {
        using var folder = new TemporaryFolder();
        GraphFile.Save(MadeUpDecoder.Make(new DecoderForm { SoftCap = true }).Model, folder.File("model.onnx"));
        File.WriteAllText(folder.File("config.json"), """{"model_type": "x", "num_attention_heads": 1, "max_position_embeddings": 8, "eos_token_id": 2}""");
        Instrumenter.Instrument(folder.Path, folder.Path, new InstrumentOptions { Layers = [1] });
        var report = Inspector.Inspect(folder.Path);
        Assert.Equal("model.serving.onnx", report.Graph);
        Assert.True(report.HasAdapterSlots && report.CanInstrument && report.Head!.Pruned);
        Assert.Equal(["hidden_states", "hidden_states.1"], report.HiddenStates);
    }
}
