using Microsoft.ML.OnnxRuntime;
using SafeSwitch.Instrumentation.Analysis;
using SafeSwitch.Instrumentation.Rewriting;

namespace SafeSwitch.Instrumentation.Tests;

/// <summary>The head alone gives, from the decoder's own states, the decoder's own logits.</summary>
public sealed class HeadGraphTests
{
    public static TheoryData<string, string> Decoders => DecoderFixtures.All();

    [Theory]
    [MemberData(nameof(Decoders))]
    public void Gives_the_decoder_s_logits_from_its_states(string architecture, string variant)
    {
        using var output = new TemporaryFolder();
        var golden = DecoderFixtures.Golden(architecture);
        var model = Instrumenter.Instrument(Fixtures.Decoder(architecture, variant), output.Path);
        var head = HeadGraph.Cut(output.File(model.TrainingGraph), output.File("head.onnx"));
        Assert.Equal((64, 384), (head.HiddenSize, head.VocabularySize));

        var ids = golden.Integers("0.input_ids");
        using var decoder = new DecoderRun(output.File(model.TrainingGraph));
        var whole = decoder.Run([ids], ["hidden_states", "logits"]);
        using var session = new InferenceSession(head.Path);
        using var states = OrtValue.CreateTensorValueFromMemory(whole["hidden_states"].Data, [1, ids.Length, 64]);
        using var options = new RunOptions();
        using var results = session.Run(options, new Dictionary<string, OrtValue> { [HeadGraph.States] = states }, [HeadGraph.Product, HeadGraph.Logits]);
        var logits = DecoderRun.Singles(results[1]);
        // The runtime computes fp16 in fp32 on this processor and rounds where it likes.
        RealDecoderTests.Near(whole["logits"].Data, logits, DecoderFixtures.IsHalf(variant) ? 1e-3f : 0, "logits");

        var product = DecoderRun.Singles(results[0]);
        for (var row = 0; row < ids.Length; row++)
            head.Transform.Apply(product.AsSpan(row * 384, 384));
        RealDecoderTests.Near(logits, product, DecoderFixtures.IsHalf(variant) ? 1e-3f : 1e-6f, "transformed product");
        Assert.Equal(architecture == "granite" ? 1 : 0, head.Transform.Steps.Count);
    }

    [Fact]
    public void Goes_back_through_bias_scale_and_soft_cap_as_finite_differences_say()
    {
        var transform = new LogitTransform(
        [
            new LogitStep(LogitStepKind.Bias, Bias: [0.3f, -0.2f, 0.1f]),
            new LogitStep(LogitStepKind.Scale, 1 / 3f),
            new LogitStep(LogitStepKind.Tanh),
            new LogitStep(LogitStepKind.Scale, 3f),
        ]);
        float[] products = [-2f, 0.5f, 4f];
        float[] gradient = [1f, -2f, 3f];
        transform.Backward(products, gradient);
        for (var token = 0; token < 3; token++)
        {
            float At(float shift)
            {
                float[] row = [.. products];
                row[token] += shift;
                transform.Apply(row);
                return row[0] - 2 * row[1] + 3 * row[2];
            }

            Assert.Equal((At(1e-2f) - At(-1e-2f)) / 2e-2f, gradient[token], 1e-3f);
        }
    }
}
