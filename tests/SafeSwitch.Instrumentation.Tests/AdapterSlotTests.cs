using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using SafeSwitch.Onnx.Adapters;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Tests;

/// <summary>The adapter slots and the gate, against the reference's logits with a LoRA on the head.</summary>
public sealed class AdapterSlotTests
{
    public static TheoryData<string, string> Decoders => DecoderFixtures.All();

    [Theory]
    [MemberData(nameof(Decoders))]
    public void The_adapter_changes_logits_as_the_reference_says_and_the_gate_takes_it_off(string architecture, string variant)
    {
        using var output = new TemporaryFolder();
        var golden = DecoderFixtures.Golden(architecture);
        var model = Instrumenter.Instrument(Fixtures.Decoder(architecture, variant), output.Path);
        using var training = new DecoderRun(output.File(model.TrainingGraph));
        using var serving = new DecoderRun(output.File(model.ServingGraph));
        var type = DecoderFixtures.IsHalf(variant) ? ElementType.Float16 : ElementType.Float32;
        var (a, b) = (golden.Singles("lora_A"), golden.Singles("lora_B"));
        using var adapter = Adapter(output.File("a.onnx_adapter"), type, a, golden.Shape("lora_A"), b, golden.Shape("lora_B"));
        var off = new Dictionary<string, (float[], long[])> { ["lm_head.lora_gate"] = ([0f], [1, 1, 1]) };

        for (var row = 0; row < 3; row++)
        {
            var ids = golden.Integers($"{row}.input_ids");
            var plain = training.Run([ids], ["logits"])["logits"].Data;
            var adapted = training.Run([ids], ["logits"], adapter: adapter)["logits"].Data;
            var last = serving.Run([ids], ["logits"], adapter: adapter)["logits"].Data;
            var gated = training.Run([ids], ["logits"], replaced: off, adapter: adapter)["logits"].Data;
            Assert.Equal(plain, gated);
            Assert.Equal(serving.Run([ids], ["logits"])["logits"].Data, serving.Run([ids], ["logits"], replaced: off, adapter: adapter)["logits"].Data);

            if (DecoderFixtures.IsExact(variant) || DecoderFixtures.IsHalf(variant))
                RealDecoderTests.Near(golden.Singles($"{row}.logits_lora"), adapted, DecoderFixtures.IsExact(variant) ? 1e-4f : 4e-2f, "adapted logits");
            var states = training.Run([ids], ["hidden_states"])["hidden_states"].Data;
            var scale = architecture == "granite" ? 0.25f : 1;
            RealDecoderTests.Near(Branch(states, a, b, scale, plain), adapted, DecoderFixtures.IsHalf(variant) ? 2e-2f : 1e-4f, "branch");
            RealDecoderTests.Near(adapted[^384..], last, DecoderFixtures.IsHalf(variant) ? 1e-2f : 1e-5f, "adapted last logits");
            Assert.True(plain.Zip(adapted, (left, right) => Math.Abs(left - right)).Max() > 0.1f, "the adapter changes something");
        }
    }

    [Theory]
    [MemberData(nameof(Decoders))]
    public void Rows_of_one_batch_differ_in_length_and_in_whether_the_adapter_is_on(string architecture, string variant)
    {
        using var output = new TemporaryFolder();
        var golden = DecoderFixtures.Golden(architecture);
        var model = Instrumenter.Instrument(Fixtures.Decoder(architecture, variant), output.Path);
        using var serving = new DecoderRun(output.File(model.ServingGraph));
        var (a, b) = (golden.Singles("lora_A"), golden.Singles("lora_B"));
        Dictionary<string, (float[], long[])> Slots(params float[] gate) => new()
        {
            ["lm_head.lora_A.weight"] = (a, golden.Shape("lora_A")),
            ["lm_head.lora_B.weight"] = (b, golden.Shape("lora_B")),
            ["lm_head.lora_gate"] = (gate, [gate.Length, 1, 1]),
        };

        var (longer, shorter) = (golden.Integers("0.input_ids"), golden.Integers("1.input_ids"));
        var padding = longer.Length - shorter.Length;
        long[][] mask = [[.. longer.Select(_ => 1L)], [.. shorter.Select(_ => 1L), .. new long[padding]]];
        var both = serving.Run(
            [longer, [.. shorter, .. new long[padding]]],
            ["logits"],
            mask,
            Slots(0, 1))["logits"];
        Assert.Equal([2, 1, 384], both.Shape);

        using var training = new DecoderRun(output.File(model.TrainingGraph));
        var all = training.Run([longer, [.. shorter, .. new long[padding]]], ["logits"], mask, Slots(0, 1))["logits"].Data;
        var half = DecoderFixtures.IsHalf(variant);
        RealDecoderTests.Near(all[((longer.Length - 1) * 384)..(longer.Length * 384)], both.Data[..384], half ? 1e-2f : 1e-5f, "unadapted row in its batch");
        RealDecoderTests.Near(all[((longer.Length + shorter.Length - 1) * 384)..((longer.Length + shorter.Length) * 384)], both.Data[384..], half ? 1e-2f : 1e-5f, "padded row in its batch");
        if (variant.Contains("quantized", StringComparison.Ordinal))
            return; // Activations quantised while running share a scale with the other row, so rows alone differ.
        var tolerance = half ? 1e-2f : 1e-4f;
        RealDecoderTests.Near(serving.Run([longer], ["logits"])["logits"].Data, both.Data[..384], tolerance, "unadapted row");
        RealDecoderTests.Near(serving.Run([shorter], ["logits"], replaced: Slots(1))["logits"].Data, both.Data[384..], tolerance, "adapted, padded row");
    }

    private static float[] Branch(float[] states, float[] a, float[] b, float scale, float[] plain)
    {
        const int Hidden = 64, Vocabulary = 384;
        var rank = a.Length / Hidden;
        var logits = (float[])plain.Clone();
        for (var position = 0; position < states.Length / Hidden; position++)
        {
            for (var r = 0; r < rank; r++)
            {
                var narrow = Enumerable.Range(0, Hidden).Sum(i => states[position * Hidden + i] * a[i * rank + r]);
                for (var token = 0; token < Vocabulary; token++)
                    logits[position * Vocabulary + token] += scale * narrow * b[r * Vocabulary + token];
            }
        }

        return logits;
    }

    private static OrtLoraAdapter Adapter(string path, ElementType type, float[] a, long[] aDims, float[] b, long[] bDims)
    {
        byte[] Bytes(float[] values) => type == ElementType.Float16
            ? MemoryMarshal.AsBytes<Half>(Array.ConvertAll(values, value => (Half)value)).ToArray()
            : MemoryMarshal.AsBytes<float>(values).ToArray();
        new AdapterFile
        {
            Tensors =
            [
                new AdapterTensor("lm_head.lora_A.weight", aDims, type, Bytes(a)),
                new AdapterTensor("lm_head.lora_B.weight", bDims, type, Bytes(b)),
            ],
        }.Save(path);
        return OrtLoraAdapter.Create(path, null);
    }
}
