using System.Runtime.InteropServices;
using SafeSwitch.Onnx.Adapters;
using SafeSwitch.OnnxRuntime.Tests.Support;

namespace SafeSwitch.OnnxRuntime.Tests.Decoding;

/// <summary>One batch, the adapter on for one of its rows: each row gives what it gives alone.</summary>
public sealed class GateTests(SmallDecoder decoder)
{
    [Fact]
    public void Rows_of_a_batch_with_the_adapter_on_for_one_equal_the_rows_alone()
    {
        using var graph = new DecoderRun(Path.Combine(decoder.Shared, "model.serving.onnx"), configure: TestProvider.Append);
        var adapter = AdapterFile.Load(Path.Combine(decoder.Shared, SmallDecoder.Adapter)).Tensors.ToDictionary(
            t => t.Name, t => (MemoryMarshal.Cast<byte, float>(t.Data.Span).ToArray(), t.Dims.ToArray()));
        long[][] rows = [.. new[] { 1, 2 }.Select(seed => SmallDecoder.Prompt(seed, 12).Select(t => (long)t).ToArray())];

        var batch = graph.Run(rows, ["logits"], replaced: With(adapter, ([0f, 1f], [2, 1, 1])))["logits"].Data;
        var plain = graph.Run([rows[0]], ["logits"])["logits"].Data;
        var adapted = graph.Run([rows[1]], ["logits"], replaced: adapter)["logits"].Data;
        var gatedOff = graph.Run([rows[0]], ["logits"], replaced: With(adapter, ([0f], [1, 1, 1])))["logits"].Data;

        Near(plain, batch[..SmallDecoder.Vocabulary]);
        Near(adapted, batch[SmallDecoder.Vocabulary..]);
        Assert.Equal(plain, gatedOff);
        Assert.NotEqual(adapted, graph.Run([rows[1]], ["logits"])["logits"].Data);
    }

    private static Dictionary<string, (float[], long[])> With(Dictionary<string, (float[], long[])> adapter, (float[], long[]) gate) =>
        new(adapter) { ["lm_head.lora_gate"] = gate };

    private static void Near(float[] expected, float[] found)
    {
        Assert.Equal(expected.Length, found.Length);
        Assert.InRange(expected.Zip(found, (a, b) => Math.Abs(a - b)).Max(), 0, TestProvider.Tolerance(1e-5f, others: 1e-3f));
    }
}
