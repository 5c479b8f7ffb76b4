using Microsoft.ML.OnnxRuntime;

namespace SafeSwitch.Instrumentation.Tests;

/// <summary>Every fixture decoder, instrumented: states, logits and adapter against the reference implementation's.</summary>
public sealed class RealDecoderTests
{
    public static TheoryData<string, string> Decoders => DecoderFixtures.All();

    [Theory]
    [MemberData(nameof(Decoders))]
    public void Gives_the_states_and_logits_of_the_reference(string architecture, string variant)
    {
        using var output = new TemporaryFolder();
        var golden = DecoderFixtures.Golden(architecture);
        var model = Instrumenter.Instrument(Fixtures.Decoder(architecture, variant), output.Path, new InstrumentOptions { Layers = [0, 1, 2] });
        using var original = new DecoderRun(DecoderFixtures.Graph(architecture, variant));
        using var training = new DecoderRun(output.File(model.TrainingGraph));
        using var serving = new DecoderRun(output.File(model.ServingGraph));

        for (var row = 0; row < 3; row++)
        {
            var ids = golden.Integers($"{row}.input_ids");
            var before = original.Run([ids], ["logits"])["logits"];
            var all = training.Run([ids], model.HiddenStates.Append("logits"));
            var last = serving.Run([ids], model.HiddenStates.Append("logits"));

            Assert.Equal([1, ids.Length, 384], all["logits"].Shape);
            Assert.Equal([1, 1, 384], last["logits"].Shape);
            for (var layer = 0; layer <= 3; layer++)
            {
                var name = layer == 3 ? "hidden_states" : $"hidden_states.{layer}";
                Assert.Equal([1, ids.Length, 64], all[name].Shape);
                Assert.Equal(all[name].Data, last[name].Data);
                if (DecoderFixtures.IsExact(variant))
                    Near(golden.Singles($"{row}.hidden_states.{layer}"), all[name].Data, 1e-4f, name);
                else if (DecoderFixtures.IsHalf(variant))
                    Near(golden.Singles($"{row}.hidden_states.{layer}"), all[name].Data, 2e-2f, name);
                else if (layer == 0 && variant is "int4" or "int8")
                    Near(golden.Singles($"{row}.hidden_states.0"), all[name].Data, 0.1f, name);
            }

            var unchanged = variant.Contains("fp16", StringComparison.Ordinal) ? 2e-3f : variant.StartsWith("hub", StringComparison.Ordinal) ? 1e-4f : 0;
            Near(before.Data, before.Data.Length == 384 ? all["logits"].Data[^384..] : all["logits"].Data, unchanged, "logits");
            Near(before.Data[^384..], last["logits"].Data, Math.Max(unchanged, 1e-5f), "last logits");
            if (DecoderFixtures.IsExact(variant))
                Near(golden.Singles($"{row}.logits"), all["logits"].Data, 1e-4f, "logits");
            else if (DecoderFixtures.IsHalf(variant))
                Near(golden.Singles($"{row}.logits"), all["logits"].Data, 2e-2f, "logits");
        }
    }

    internal static void Near(float[] expected, float[] found, float tolerance, string what)
    {
        Assert.Equal(expected.Length, found.Length);
        var worst = expected.Zip(found, (left, right) => Math.Abs(left - right)).Max();
        Assert.True(worst <= tolerance, $"{what}: differs by {worst}, allowed {tolerance}");
    }
}
