using System.Numerics.Tensors;
using System.Text.Json;
using SafeSwitch.Backends;
using SafeSwitch.Tests;

namespace SafeSwitch.OnnxRuntime.Tests.Decoding;

public sealed class ShippedModelTests
{
    // Where the two best logits are closer than this, another processor may choose otherwise.
    private const double DecidedMargin = 0.05;

    [Fact]
    public async Task GreedyAnswersAreTheReferences()
    {
        using var golden = JsonDocument.Parse(File.ReadAllText(Fixtures.Shared("fixtures", "smollm2-135m-instruct", "golden.json")));
        await using var model = OnnxLanguageModel.Load(Fixtures.Repository("models", "smollm2-135m-instruct"));
        var compared = 0;
        foreach (var item in golden.RootElement.GetProperty("cases").EnumerateArray())
        {
            int[] prompt = [.. item.GetProperty("input_ids").EnumerateArray().Select(e => e.GetInt32())];
            int[] expected = [.. item.GetProperty("onnx_greedy").EnumerateArray().Select(e => e.GetInt32())];
            double[] margins = [.. item.GetProperty("onnx_margin").EnumerateArray().Select(e => e.GetDouble())];

            await using var session = await model.OpenSessionAsync(new SessionOptions { Capacity = prompt.Length + expected.Length }, TestContext.Current.CancellationToken);
            await session.PrefillAsync(prompt, TestContext.Current.CancellationToken);
            for (var i = 0; i < expected.Length && margins[i] >= DecidedMargin; i++)
            {
                Assert.Equal(expected[i], TensorPrimitives.IndexOfMax(session.Logits));
                await session.DecodeAsync(expected[i], TestContext.Current.CancellationToken);
                compared++;
            }
        }

        Assert.True(compared > 60, $"only {compared} tokens were compared");
    }
}
