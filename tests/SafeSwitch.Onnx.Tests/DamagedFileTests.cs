using SafeSwitch.Onnx.Adapters;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Onnx.Tests;

/// <summary>Files that are cut or damaged.</summary>
public sealed class DamagedFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void A_damaged_adapter_is_read_or_refused()
    {
        new AdapterFile
        {
            Tensors =
            [
                new AdapterTensor("lm_head.lora_A.weight", [8, 2], ElementType.Float32, new byte[8 * 2 * 4]),
                new AdapterTensor("lm_head.lora_B.weight", [2, 3], ElementType.Float32, new byte[2 * 3 * 4]),
            ],
        }.Save(folder.File("a.onnx_adapter"));
        DamagedFile.IsReadOrRefused<GraphException>(folder.File("a.onnx_adapter"), () => AdapterFile.Load(folder.File("a.onnx_adapter")));
    }

    public void Dispose() => folder.Dispose();
}
