using CsCheck;
using Microsoft.ML.OnnxRuntime.Tensors;
using SafeSwitch.OnnxRuntime.Decoding;
using SafeSwitch.OnnxRuntime.Tests.Support;

namespace SafeSwitch.OnnxRuntime.Tests.Adapters;

public sealed class AdapterReaderTests
{
    private static readonly byte[] Valid = Write();

    [Fact]
    public void ReadsWhatTheToolWrites()
    {
        var tensors = AdapterReader.Read(Valid);
        Assert.Equal(["lm_head.lora_A.weight", "lm_head.lora_B.weight"], tensors.Select(t => t.Name));
        Assert.Equal([8, 2], tensors[0].Shape);
        Assert.Equal([2, 16], tensors[1].Shape);
        Assert.All(tensors, t => Assert.Equal(TensorElementType.Float, t.Type));
        Assert.All(tensors, t => Assert.Equal(0, t.Offset % 8));
        var random = new Random(7);
        Assert.Equal((float)(random.NextDouble() - 0.5), BitConverter.ToSingle(Valid, tensors[0].Offset));
    }

    [Fact]
    public void AnyDamageIsReportedAsDamage() =>
        Gen.Select(Gen.Int[0, Valid.Length - 1], Gen.Byte, Gen.Int[0, Valid.Length]).Sample((at, value, length) =>
        {
            byte[] damaged = [.. Valid[..length]];
            if (at < length)
                damaged[at] = value;
            try
            {
                foreach (var tensor in AdapterReader.Read(damaged))
                    Assert.InRange(tensor.Offset + tensor.Length, 0, damaged.Length);
            }
            catch (InvalidDataException e)
            {
                Assert.Contains("expected", e.Message, StringComparison.Ordinal);
            }
        });

    private static byte[] Write()
    {
        using var folder = new TemporaryFolder();
        SmallDecoder.WriteAdapter(folder.File("a.onnx_adapter"), width: 8, vocabulary: 16, rank: 2);
        return File.ReadAllBytes(folder.File("a.onnx_adapter"));
    }
}
