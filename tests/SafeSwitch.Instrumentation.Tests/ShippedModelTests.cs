using System.Text.Json;
using SafeSwitch.Instrumentation.Rewriting;

namespace SafeSwitch.Instrumentation.Tests;

/// <summary>The shipped model, instrumented in place as its bundle is.</summary>
public sealed class ShippedModelTests
{
    private static readonly string[] Files =
        ["model.onnx", "model-01.onnx.data", "model-02.onnx.data", "model-03.onnx.data", "model-04.onnx.data"];

    [Fact]
    public void Adapters_off_the_logits_are_the_original_s_bit_for_bit()
    {
        using var folder = Linked();
        var model = Instrumenter.Instrument(folder.Path, folder.Path, new InstrumentOptions { Layers = [0, 5, 10, 15, 18, 20, 25, 26] });
        Assert.Equal(["model-01.onnx.data", "model-02.onnx.data", "model-03.onnx.data", "model-04.onnx.data"], model.WeightFiles.Order());
        using (var config = JsonDocument.Parse(File.ReadAllText(folder.File("genai_config.json"))))
            Assert.Equal("model.serving.onnx", config.RootElement.GetProperty("model").GetProperty("decoder").GetProperty("filename").GetString());

        using var original = new DecoderRun(folder.File("model.onnx"), headSize: 64);
        using var training = new DecoderRun(folder.File(model.TrainingGraph), headSize: 64);
        using var serving = new DecoderRun(folder.File(model.ServingGraph), headSize: 64);
        var on = new Dictionary<string, (float[], long[])>
        {
            ["lm_head.lora_A.weight"] = ([.. Enumerable.Range(0, 576 * 2).Select(i => i % 7 / 70f)], [576, 2]),
            ["lm_head.lora_B.weight"] = ([.. Enumerable.Range(0, 2 * 49152).Select(i => i % 11 / 11f)], [2, 49152]),
        };
        var gated = new Dictionary<string, (float[], long[])>(on) { ["lm_head.lora_gate"] = ([0f], [1, 1, 1]) };

        foreach (var ids in (long[][])[[1, 4093, 198, 2683, 359, 253, 5356, 5646, 11173], [28]])
        {
            var expected = original.Run([ids], ["logits"])["logits"].Data;
            Assert.Equal(expected, training.Run([ids], ["logits"])["logits"].Data);
            Assert.Equal(expected[^49152..], serving.Run([ids], ["logits"])["logits"].Data);
            Assert.Equal(expected[^49152..], serving.Run([ids], ["logits"], replaced: gated)["logits"].Data);
            Assert.NotEqual(expected[^49152..], serving.Run([ids], ["logits"], replaced: on)["logits"].Data);
        }
    }

    [OutsideFixtures]
    [Fact]
    public void States_are_those_of_the_reference_up_to_the_quantisation()
    {
        var golden = new GoldenTensors(Fixtures.Outside("fixtures", "smollm2-135m-instruct", "golden.safetensors"));
        using var folder = Linked();
        int[] layers = [0, 5, 10, 15, 20, 25];
        var model = Instrumenter.Instrument(folder.Path, folder.Path, new InstrumentOptions { Layers = layers });
        using var serving = new DecoderRun(folder.File(model.ServingGraph), headSize: 64);
        var row = 0;
        foreach (var ids in Prompts().Take(3))
        {
            var found = serving.Run([ids], model.HiddenStates);
            foreach (var layer in layers.Append(30))
            {
                var state = found[layer == 30 ? "hidden_states" : $"hidden_states.{layer}"].Data[^576..];
                var expected = golden.Singles($"{row}.hidden_states.{layer}");
                var cosine = Dot(state, expected) / Math.Sqrt(Dot(state, state) * Dot(expected, expected));
                Assert.True(cosine > 0.98, $"row {row}, layer {layer}: cosine {cosine}");
            }

            row++;
        }
    }

    private static double Dot(float[] left, float[] right) => left.Zip(right, (a, b) => (double)a * b).Sum();

    private static IEnumerable<long[]> Prompts()
    {
        using var golden = JsonDocument.Parse(File.ReadAllText(Fixtures.Outside("fixtures", "smollm2-135m-instruct", "golden.json")));
        return [.. golden.RootElement.GetProperty("cases").EnumerateArray()
            .Select(item => item.GetProperty("input_ids").EnumerateArray().Select(id => id.GetInt64()).ToArray())];
    }

    /// <summary>The model as published, in a folder of its own; its weights are not copied where a link can be made.</summary>
    private static TemporaryFolder Linked()
    {
        var folder = new TemporaryFolder();
        foreach (var file in Files)
            HardLink.LinkOrCopy(Fixtures.ShippedBundle(file), folder.File(file));
        File.WriteAllText(
            folder.File("genai_config.json"),
            File.ReadAllText(Fixtures.ShippedBundle("genai_config.json")).Replace("model.serving.onnx", "model.onnx", StringComparison.Ordinal));
        return folder;
    }
}
