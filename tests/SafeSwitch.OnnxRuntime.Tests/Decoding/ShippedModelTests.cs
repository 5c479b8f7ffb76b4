using System.Numerics.Tensors;
using System.Text.Json;
using SafeSwitch.Backends;
using SafeSwitch.Instrumentation;
using SafeSwitch.OnnxRuntime.Tests.Support;

namespace SafeSwitch.OnnxRuntime.Tests.Decoding;

public sealed class ShippedModelTests
{
    // ONNX Runtime rounds activations to 8 bits, by other kernels on processors with VNNI than on those without. Between two such
    // processors the logits move by 1% of their norm as a rule and by up to 10%, as far as either lies from the unquantized model;
    // where the two best logits are closer than the margin, the other processor may choose otherwise.
    private const float DecidedMargin = 0.5f;

    /// <summary>Other providers don't round activations to 8 bits as the CPU's kernels for 8-bit weights do.</summary>
    private const float OthersMargin = 1f;
    private const float LogitTolerance = 0.12f;
    private const float LogitCosine = 0.997f;

    [OutsideFixtures]
    [Fact]
    public async Task States_and_logits_are_the_reference_s()
    {
        using var folder = new TemporaryFolder();
        var golden = new GoldenTensors(Fixtures.Outside("fixtures", "smollm2-135m-instruct", "golden.safetensors"));
        using var cases = JsonDocument.Parse(File.ReadAllText(Fixtures.Outside("fixtures", "smollm2-135m-instruct", "golden.json")));
        Instrumenter.Instrument(Fixtures.ShippedBundle(), folder.Path, new InstrumentOptions { Layers = [0, 10, 20] });
        await using var model = OnnxLanguageModel.Load(folder.Path, options: TestProvider.Options());
        foreach (var (i, item) in cases.RootElement.GetProperty("cases").EnumerateArray().Index())
        {
            int[] prompt = [.. item.GetProperty("input_ids").EnumerateArray().Select(e => e.GetInt32())];
            await using var session = await model.OpenAsync(prompt.Length, "hidden_states", "hidden_states.0", "hidden_states.10", "hidden_states.20");
            await session.PrefillAsync(prompt, TestContext.Current.CancellationToken);

            // The same graph on another processor and version of ONNX Runtime; then the unquantized reference.
            foreach (var reference in new[] { golden.Singles($"{i}.onnx_logits"), golden.Singles($"{i}.logits") })
            {
                Assert.InRange(TensorPrimitives.Distance(reference, session.Logits) / TensorPrimitives.Norm(session.Logits), 0, LogitTolerance);
                Assert.InRange(TensorPrimitives.CosineSimilarity(reference, session.Logits), LogitCosine, 1.0001f);
            }

            foreach (var (name, layer) in new[] { ("hidden_states.0", 0), ("hidden_states.10", 10), ("hidden_states.20", 20), ("hidden_states", 30) })
            {
                var last = session.GetHiddenStates(name).Rows()[^576..];
                Assert.InRange(TensorPrimitives.CosineSimilarity(golden.Singles($"{i}.hidden_states.{layer}"), last), 0.99f, 1.0001f);
            }
        }
    }

    [OutsideFixtures]
    [Fact]
    public async Task Greedy_answers_are_the_reference_s()
    {
        using var golden = JsonDocument.Parse(File.ReadAllText(Fixtures.Outside("fixtures", "smollm2-135m-instruct", "golden.json")));
        await using var model = OnnxLanguageModel.Load(Fixtures.ShippedBundle(), options: TestProvider.Options());
        var compared = 0;
        foreach (var item in golden.RootElement.GetProperty("cases").EnumerateArray())
        {
            int[] prompt = [.. item.GetProperty("input_ids").EnumerateArray().Select(e => e.GetInt32())];
            int[] expected = [.. item.GetProperty("onnx_greedy").EnumerateArray().Select(e => e.GetInt32())];
            double[] margins = [.. item.GetProperty("onnx_margin").EnumerateArray().Select(e => e.GetDouble())];

            await using var session = await model.OpenSessionAsync(new DecodingOptions { Capacity = prompt.Length + expected.Length }, TestContext.Current.CancellationToken);
            await session.PrefillAsync(prompt, TestContext.Current.CancellationToken);
            for (var i = 0; i < expected.Length; i++)
            {
                // The reference's tokens are followed wherever they lead, so one undecided token does not end the comparison.
                if (margins[i] >= TestProvider.Tolerance(DecidedMargin, OthersMargin))
                {
                    Assert.Equal(expected[i], TensorPrimitives.IndexOfMax(session.Logits));
                    compared++;
                }

                await session.DecodeAsync(expected[i], TestContext.Current.CancellationToken);
            }
        }

        Assert.True(compared > 200, $"only {compared} tokens were compared");
    }
}
