using System.Buffers;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SafeSwitch.Onnx.Adapters;

namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>An adapter in memory: tensors that take the place of the graph's overridable initializers.</summary>
internal sealed class Adapter : IDisposable
{
    private readonly (string Name, OrtValue Value, MemoryHandle Memory)[] tensors;

    public Adapter(AdapterFile file) => tensors = [.. file.Tensors.Select(View)];

    public void Bind(OrtIoBinding binding)
    {
        foreach (var (name, value, _) in tensors)
        {
            binding.BindInput(name, value);
        }
    }

    public void Dispose()
    {
        foreach (var (_, value, memory) in tensors)
        {
            value.Dispose();
            memory.Dispose();
        }
    }

    private static unsafe (string Name, OrtValue Value, MemoryHandle Memory) View(AdapterTensor tensor)
    {
        var memory = tensor.Data.Pin();
        var value = OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, (TensorElementType)tensor.Type, [.. tensor.Dims], (nint)memory.Pointer, tensor.Data.Length);
        return (tensor.Name, value, memory);
    }
}
