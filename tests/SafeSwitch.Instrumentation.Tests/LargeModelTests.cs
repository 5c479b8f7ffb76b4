using System.Runtime.InteropServices;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Tests;

/// <summary>A model whose weights are far larger than memory should ever see of them.</summary>
public sealed class LargeModelTests
{
    private const long Gigabyte = 1L << 30;

    [Fact]
    public void Weights_are_linked_never_read()
    {
        Assert.SkipWhen(RuntimeInformation.IsOSPlatform(OSPlatform.Windows), "a file of zeros is not sparse by itself on Windows");
        using var folder = new TemporaryFolder();
        var (model, _) = MadeUpDecoder.Make(new DecoderForm());
        var floats = model.Graph.Initializer.Where(tensor => tensor.DataType == (int)ElementType.Float32).ToList();
        for (var i = 0; i < floats.Count; i++)
            new ExternalData("model.onnx.data", i * Gigabyte, floats[i].RawData.Length).ApplyTo(floats[i]);
        GraphFile.Save(model, folder.File("model.onnx"));
        using (var weights = File.Create(folder.File("model.onnx.data")))
            weights.SetLength(floats.Count * Gigabyte);
        File.WriteAllText(folder.File("config.json"), """{"model_type": "x", "num_attention_heads": 1, "max_position_embeddings": 8, "eos_token_id": 2}""");

        var before = GC.GetAllocatedBytesForCurrentThread();
        var result = Instrumenter.Instrument(folder.Path, folder.File("out"), new InstrumentOptions { Layers = [0, 1] });
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(floats.Count * Gigabyte, new FileInfo(folder.File("out", "model.onnx.data")).Length);
        Assert.Empty(result.Notes);
        Assert.True(allocated < 16 << 20, $"{allocated:N0} bytes allocated");
    }
}
