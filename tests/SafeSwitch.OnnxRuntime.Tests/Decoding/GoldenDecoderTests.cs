using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text.Json;
using SafeSwitch.Instrumentation;
using SafeSwitch.Onnx.Adapters;
using SafeSwitch.Onnx.Graphs;
using SafeSwitch.OnnxRuntime.Tests.Support;

namespace SafeSwitch.OnnxRuntime.Tests.Decoding;

/// <summary>Every fixture decoder in every precision and export, against the reference implementation and against runs without a cache.</summary>
public sealed class GoldenDecoderTests
{
    /// <summary>The reference is fp32: its tokens are another precision's only by luck.</summary>
    public static TheoryData<string, string> Exact => Where(DecoderFixtures.IsExact);

    public static TheoryData<string, string> ExactOrHalf => Where(v => DecoderFixtures.IsExact(v) || DecoderFixtures.IsHalf(v));

    /// <summary>Not those that quantize a run's activations by their range: there, a token's logits depend on what runs beside it.</summary>
    public static TheoryData<string, string> Cacheable => Where(v => !v.EndsWith("quantized.onnx", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(ExactOrHalf))]
    public async Task States_and_logits_are_the_reference_s(string architecture, string variant)
    {
        using var output = new TemporaryFolder();
        await using var model = Load(architecture, variant, output);
        var golden = DecoderFixtures.Golden(architecture);
        var tolerance = DecoderFixtures.IsExact(variant) ? TestProvider.Tolerance(1e-4f, others: 2e-3f) : TestProvider.Tolerance(2e-2f, others: 4e-2f);

        for (var row = 0; row < 3; row++)
        {
            int[] prompt = [.. golden.Integers($"{row}.input_ids").Select(id => (int)id)];
            await using var session = await model.OpenAsync(prompt.Length, "hidden_states", "hidden_states.1", "hidden_states.0");
            await session.PrefillAsync(prompt, TestContext.Current.CancellationToken);

            Near(golden.Singles($"{row}.hidden_states.0"), session.GetHiddenStates("hidden_states.0").Rows(), tolerance);
            Near(golden.Singles($"{row}.hidden_states.1"), session.GetHiddenStates("hidden_states.1").Rows(), tolerance);
            Near(golden.Singles($"{row}.hidden_states.3"), session.GetHiddenStates("hidden_states").Rows(), tolerance);
            Near(golden.Singles($"{row}.logits")[^384..], session.Logits.ToArray(), tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Cacheable))]
    public async Task Logits_of_sixteen_steps_are_those_of_runs_without_a_cache(string architecture, string variant)
    {
        using var output = new TemporaryFolder();
        await using var model = Load(architecture, variant, output);
        using var uncached = new DecoderRun(DecoderFixtures.Graph(architecture, variant));
        // Quantized graphs round activations to 8 bits, and on some processors the kernels for one row and for many round otherwise.
        var tolerance = DecoderFixtures.IsHalf(variant) ? TestProvider.Tolerance(2e-2f, others: 4e-2f)
            : variant.StartsWith("int", StringComparison.Ordinal) ? TestProvider.Tolerance(5e-2f, others: 1e-1f)
            : TestProvider.Tolerance(1e-4f, others: 2e-3f);
        for (var row = 0; row < 3; row++)
        {
            var tokens = DecoderFixtures.Golden(architecture).Integers($"{row}.input_ids").ToList();
            await using var session = await model.OpenAsync(tokens.Count + 16);
            await session.PrefillAsync(tokens.ConvertAll(id => (int)id).ToArray(), TestContext.Current.CancellationToken);
            for (var i = 0; i < 16; i++)
            {
                var expected = uncached.Run([[.. tokens]], ["logits"])["logits"].Data[^384..];
                Near(expected, session.Logits.ToArray(), tolerance);

                // The uncached run's tokens are followed: where rounding decides, both still have the same context.
                var next = TensorPrimitives.IndexOfMax(expected);
                tokens.Add(next);
                await session.DecodeAsync(next, TestContext.Current.CancellationToken);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Exact))]
    public async Task Greedy_tokens_are_the_reference_s_with_and_without_adapter(string architecture, string variant)
    {
        using var output = new TemporaryFolder();
        await using var model = Load(architecture, variant, output);
        using var golden = JsonDocument.Parse(File.ReadAllText(Fixtures.DecoderGolden(architecture, "golden.json")));
        foreach (var prompt in golden.RootElement.GetProperty("prompts").EnumerateArray())
        {
            var ids = Tokens(prompt, "input_ids");
            Assert.Equal(Tokens(prompt, "greedy"), await model.GreedyAsync(ids, 16));
            Assert.Equal(Tokens(prompt, "greedy_lora"), await model.GreedyAsync(ids, 16, "refusal"));
        }
    }

    private static TheoryData<string, string> Where(Func<string, bool> variant) =>
        [.. DecoderFixtures.All().Where(row => variant(row.Data.Item2))];

    private static OnnxLanguageModel Load(string architecture, string variant, TemporaryFolder output)
    {
        Instrumenter.Instrument(Fixtures.Decoder(architecture, variant), output.Path, new InstrumentOptions { Layers = [0, 1] });
        var golden = DecoderFixtures.Golden(architecture);
        var isHalf = DecoderFixtures.IsHalf(variant);
        new AdapterFile { Tensors = [Tensor("lm_head.lora_A.weight", "lora_A"), Tensor("lm_head.lora_B.weight", "lora_B")] }.Save(output.File(SmallDecoder.Adapter));
        return SmallDecoder.Load(output.Path, withAdapter: true);

        AdapterTensor Tensor(string name, string source)
        {
            var values = golden.Singles(source);
            return new AdapterTensor(name, golden.Shape(source), isHalf ? ElementType.Float16 : ElementType.Float32, isHalf
                ? MemoryMarshal.AsBytes(Array.ConvertAll(values, v => (Half)v).AsSpan()).ToArray()
                : MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
        }
    }

    private static int[] Tokens(JsonElement prompt, string name) => [.. prompt.GetProperty(name).EnumerateArray().Select(e => e.GetInt32())];

    private static void Near(float[] expected, float[] found, float tolerance)
    {
        Assert.Equal(expected.Length, found.Length);
        var worst = expected.Zip(found, (a, b) => Math.Abs(a - b)).Max();
        Assert.True(worst <= tolerance, $"differs by {worst}, allowed {tolerance}");
    }
}
