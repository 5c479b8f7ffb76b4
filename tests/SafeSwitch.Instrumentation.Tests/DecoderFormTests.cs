using Microsoft.ML.OnnxRuntime;
using SafeSwitch.Instrumentation.Rewriting;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Tests;

/// <summary>Decoders of every form that architectures and exporters are known to have, instrumented and run.</summary>
public sealed class DecoderFormTests
{
    private static readonly Dictionary<string, DecoderForm> Known = new DecoderForm[]
    {
        new() { Name = "Llama, plain operators" },
        new() { Name = "Llama, fused", Norm = "Skip" },
        new() { Name = "Llama, simplified norms", Norm = "SimplifiedLayerNormalization" },
        new() { Name = "GPT-2", Norm = "LayerNormalization", LearnedPositions = true, Head = "Tied" },
        new() { Name = "GPT-2, views", Norm = "LayerNormalization", LearnedPositions = true, Views = true, Head = "Tied" },
        new() { Name = "GPT-2, views, Gemm", Norm = "LayerNormalization", Views = true, Head = "Gemm", Pruning = "Scalar" },
        new() { Name = "Phi-2", Norm = "LayerNormalization", Parallel = "attention first", Bias = true },
        new() { Name = "parallel, residual first", Norm = "LayerNormalization", Parallel = "residual first" },
        new() { Name = "Gemma 2", Sandwich = true, ScaledEmbeddings = true, SoftCap = true, Head = "Tied" },
        new() { Name = "post-norm", Norm = "LayerNormalization", PostNorm = true, LearnedPositions = true },
        new() { Name = "Gemm", Head = "Gemm" },
        new() { Name = "Gemm, pruned", Head = "GemmTransposed", Pruning = "Scalar", Bias = true },
        new() { Name = "Gemm, transposed", Head = "GemmTransposed", SoftCap = true },
        new() { Name = "fused product", Head = "FusedMatMul", Bias = true },
        new() { Name = "dequantised weight", Head = "Dequantized" },
        new() { Name = "scalar pruning", Pruning = "Scalar" },
        new() { Name = "scalar pruning, unsqueezed after the head", Pruning = "ScalarAfter", Bias = true },
        new() { Name = "sliced", Pruning = "Slice", SoftCap = true },
        new() { Name = "positions to keep as an input", Pruning = "KeepInput" },
        new() { Name = "pruned after the head", Pruning = "AfterHead", Bias = true },
        new() { Name = "padded vocabulary masked", Masked = true },
        new() { Name = "cast after the head", CastToDouble = true },
        new() { Name = "old format", OldFormat = true },
        new() { Name = "no mask", Maskless = true },
        new() { Name = "GPT-NeoX", Norm = "LayerNormalization", Parallel = "two norms", FusedProducts = true },
        new() { Name = "Phi-2, fused", Norm = "SkipLayerNormalization", Parallel = "attention first", Bias = true },
        new() { Name = "Nemotron, fused", Norm = "SkipLayerNormalization" },
        new() { Name = "Gemma 2, fused", Norm = "Skip", Sandwich = true, ScaledEmbeddings = true, SoftCap = true },
        new() { Name = "Gemma 2, fused, fp16", Norm = "Skip", Sandwich = true, Half = true },
        new() { Name = "OLMo", Norm = "Centred", Head = "TiedHalf" },
        new() { Name = "OLMo 2", BranchNorm = true, HeadNorms = true },
        new() { Name = "BLOOM", Norm = "LayerNormalization", EmbeddingNorm = true, FusedProducts = true, Head = "Tied" },
        new() { Name = "OPT", Norm = "LayerNormalization", LearnedPositions = true, PositionIds = true, Head = "Tied" },
        new() { Name = "Cohere", Norm = "LayerNormalization", Parallel = "residual first", LogitScale = true, Head = "Tied" },
        new() { Name = "MiniCPM", ScaledHeadInput = true },
        new() { Name = "Mixtral", Experts = true },
        new() { Name = "Qwen 3", HeadNorms = true, Head = "TiedHalf" },
        new() { Name = "InternLM", MaskedFirst = true },
        new() { Name = "stream through branches", Branches = true },
        new() { Name = "weight in blocks", Head = "Blocked" },
        new() { Name = "states given already", GivesStates = true },
        new() { Name = "name taken", TakenName = true },
        new() { Name = "older operators", Norm = "Skip", Opset = 14 },
    }.ToDictionary(form => form.Name);

    public static TheoryData<string> Forms => [.. Known.Keys];

    [Theory]
    [MemberData(nameof(Forms))]
    public void Gives_its_states_its_logits_and_takes_an_adapter(string name)
    {
        var form = Known[name];
        var tolerance = form.Half ? 2e-3f : 1e-5f;
        using var folder = new TemporaryFolder();
        var (model, states) = MadeUpDecoder.Make(form);
        GraphFile.Save(model, folder.File("model.onnx"));
        File.WriteAllText(folder.File("config.json"), Config);
        var watched = model.Clone();
        watched.Graph.Output.AddRange(states.Select(state => new ValueInfoProto { Name = state })); // of whatever type they are
        GraphFile.Save(watched, folder.File("watched.onnx"));

        var result = Instrumenter.Instrument(folder.File("model.onnx"), folder.File("out"), new InstrumentOptions { Layers = [0, 1] });
        Assert.Equal((MadeUpDecoder.Hidden, MadeUpDecoder.Vocabulary, MadeUpDecoder.Layers), (result.HiddenSize, result.VocabularySize, result.Layers));
        using var original = new DecoderRun(folder.File("watched.onnx"));
        using var training = new DecoderRun(folder.File("out", result.TrainingGraph));
        using var serving = new DecoderRun(folder.File("out", result.ServingGraph));
        Assert.DoesNotContain("num_logits_to_keep", serving.Inputs.Keys);

        long[] ids = [3, 1, 4, 1, 5];
        var expected = original.Run([ids], states.Append("logits"), keep: 5);
        var all = training.Run([ids], result.HiddenStates.Append("logits"));
        var last = serving.Run([ids], result.HiddenStates.Append("logits"));
        foreach (var (state, i) in states.Select((state, i) => (state, i)))
        {
            var output = i == MadeUpDecoder.Layers ? "hidden_states" : $"hidden_states.{i}";
            RealDecoderTests.Near(expected[state].Data, all[output].Data, tolerance, output);
            RealDecoderTests.Near(expected[state].Data, last[output].Data, tolerance, output);
        }

        Assert.Equal([1, 5, MadeUpDecoder.Vocabulary], all["logits"].Shape);
        Assert.Equal([1, 1, MadeUpDecoder.Vocabulary], last["logits"].Shape);
        var logits = expected["logits"].Data;
        RealDecoderTests.Near(logits, all["logits"].Data[^logits.Length..], tolerance, "logits");
        RealDecoderTests.Near(logits[^MadeUpDecoder.Vocabulary..], last["logits"].Data, tolerance, "last logits");

        // An adapter over the final states themselves must land between product and bias: compare the two graphs, one batch, two gates.
        Dictionary<string, (float[], long[])> slots = new()
        {
            ["lm_head.lora_A.weight"] = ([.. Enumerable.Range(0, 16).Select(i => 0.1f * (i % 5))], [8, 2]),
            ["lm_head.lora_B.weight"] = ([.. Enumerable.Range(0, 24).Select(i => 0.2f * (i % 7))], [2, 12]),
            ["lm_head.lora_gate"] = ([0f, 1f], [2, 1, 1]),
        };
        var adapted = training.Run([ids, ids], ["logits"], replaced: slots)["logits"].Data;
        var adaptedLast = serving.Run([ids, ids], ["logits"], replaced: slots)["logits"].Data;
        RealDecoderTests.Near(all["logits"].Data, adapted[..60], tolerance, "row with the gate at 0");
        RealDecoderTests.Near(last["logits"].Data, adaptedLast[..12], tolerance, "row with the gate at 0");
        RealDecoderTests.Near(adapted[^12..], adaptedLast[12..], tolerance, "row with the gate at 1");
        Assert.True(last["logits"].Data.Zip(adaptedLast[12..], (x, y) => Math.Abs(x - y)).Max() > 1e-2f);

        // Instrumenting what is instrumented gives the same again.
        var again = Instrumenter.Instrument(folder.File("out"), folder.File("again"), new InstrumentOptions { Layers = [1] });
        using var second = new DecoderRun(folder.File("again", again.ServingGraph));
        Assert.DoesNotContain("hidden_states.0", second.Outputs.Keys);
        Assert.Equal(last["logits"].Data, second.Run([ids], ["logits", "hidden_states.1"])["logits"].Data);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void The_head_can_be_cut_off_unless_its_logits_are_masked(string name)
    {
        var tolerance = Known[name].Half ? 2e-3f : 1e-5f;
        using var folder = new TemporaryFolder();
        var (model, states) = MadeUpDecoder.Make(Known[name]);
        model.Graph.Output.Add(new ValueInfoProto { Name = states[^1] });
        GraphFile.Save(model, folder.File("model.onnx"));
        if (Known[name].Masked || Known[name].MaskedFirst)
        {
            Assert.Contains("Where", Assert.Throws<GraphException>(() => HeadGraph.Cut(folder.File("model.onnx"), folder.File("head.onnx"))).Message, StringComparison.Ordinal);
            return;
        }

        var head = HeadGraph.Cut(folder.File("model.onnx"), folder.File("head.onnx"));
        using var original = new DecoderRun(folder.File("model.onnx"));
        var whole = original.Run([[3, 1, 4, 1, 5], [9, 2, 6, 5, 3]], [states[^1], "logits"], keep: 5);
        using var session = new InferenceSession(head.Path);
        using var input = OrtValue.CreateTensorValueFromMemory(whole[states[^1]].Data, [2, 5, MadeUpDecoder.Hidden]);
        using var options = new RunOptions();
        using var results = session.Run(options, new Dictionary<string, OrtValue> { [HeadGraph.States] = input }, [HeadGraph.Product, HeadGraph.Logits]);
        var (product, logits) = (DecoderRun.Singles(results[0]), DecoderRun.Singles(results[1]));
        Assert.Equal([2, 5, MadeUpDecoder.Vocabulary], results[1].GetTensorTypeAndShape().Shape);
        RealDecoderTests.Near(whole["logits"].Data[^12..], logits[^12..], tolerance, "last logits");
        if (whole["logits"].Data.Length == logits.Length)
            RealDecoderTests.Near(whole["logits"].Data, logits, tolerance, "logits");
        for (var at = 0; at < product.Length; at += MadeUpDecoder.Vocabulary)
            head.Transform.Apply(product.AsSpan(at, MadeUpDecoder.Vocabulary));
        RealDecoderTests.Near(logits, product, tolerance, "transformed product");
    }

    private const string Config = """
        {"model_type": "made-up", "num_attention_heads": 1, "max_position_embeddings": 64, "eos_token_id": [2, 3], "bos_token_id": 1}
        """;
}
